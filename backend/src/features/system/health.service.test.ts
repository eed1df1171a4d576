import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../errors.js';
import { HealthService, type HealthProbes } from './health.service.js';
import { systemRoutes } from './system.routes.js';
import type { Health } from './system.schema.js';

const MAX_LAG_SECONDS = 60;
const never = () => new Promise<never>(() => undefined);
const failing = () => Promise.reject(new Error('password authentication failed for "pitwall"'));

const createHealth = (probes: Partial<HealthProbes> = {}, projects = true) =>
  new HealthService(
    {
      ...{ database: async () => 1, pendingMigrations: async () => [], redis: () => 'up' as const },
      backlog: async () => ({ events: 0, seconds: 0 }),
      ...probes,
    },
    { maxSeconds: MAX_LAG_SECONDS, projects },
    5,
  );

const ok = { status: 'ok' };

it('is ok where every part is, and without Redis', async () => {
  const all = { status: 'ok', checks: { database: ok, migrations: ok, projector: ok, redis: ok } };

  expect(await createHealth().report()).toEqual(all);
  expect(await createHealth({ redis: () => 'off' }).report()).toEqual(all);
});

it('is degraded where Redis is down: slower, but at work', async () => {
  expect(await createHealth({ redis: () => 'down' }).report()).toMatchObject({
    ...{ status: 'degraded', checks: { redis: { status: 'degraded', detail: 'Redis does not answer' }, database: ok } },
  });
});

it('is degraded where others are behind with projecting: what comes is still taken', async () => {
  const report = await createHealth({ backlog: async () => ({ events: 7, seconds: 60.6 }) }, false).report();

  expect(report.status).toBe('degraded');
  expect(report.checks.projector).toEqual({ status: 'degraded', detail: '7 events wait, the oldest for 61 s' });
});

describe('is unavailable', () => {
  it.each<[string, Partial<HealthProbes>, keyof Health['checks'], string]>([
    ['the database refuses', { database: failing }, 'database', 'does not answer'],
    ['the database says nothing', { database: never }, 'database', 'no answer within 5 ms'],
    [
      'migrations are missing',
      { pendingMigrations: async () => ['a', 'b'] },
      'migrations',
      '2 migrations are not applied',
    ],
    ['migrations are not to be read', { pendingMigrations: failing }, 'migrations', 'does not answer'],
    ['migrations are read for too long', { pendingMigrations: never }, 'migrations', 'no answer within 5 ms'],
    [
      ...(['the projector is behind', { backlog: async () => ({ events: 7, seconds: 60.6 }) }] as const),
      ...(['projector', '7 events wait, the oldest for 61 s'] as const),
    ],
    ['the backlog is not to be read', { backlog: failing }, 'projector', 'does not answer'],
    ['the backlog is read for too long', { backlog: never }, 'projector', 'no answer within 5 ms'],
  ])('where %s, and the other parts are told too', async (_what, probes, part, detail) => {
    const { status, checks } = await createHealth({ ...probes, redis: () => 'down' }).report();

    expect(status).toBe('unavailable');
    expect(checks[part]).toEqual({ status: 'unavailable', detail });
    const others = Object.entries(checks).filter(([name]) => name !== part);
    expect(Object.fromEntries(others.map(([name, check]) => [name, check.status]))).toMatchObject({
      redis: 'degraded',
    });
    expect(others.filter(([, check]) => check.status === 'ok')).toHaveLength(2);
  });

  it('from the moment it drains', async () => {
    const health = createHealth();
    health.drain();

    expect(await health.report()).toMatchObject({ status: 'unavailable', checks: { database: ok, projector: ok } });
  });

  it('not yet at the greatest lag that is allowed', async () => {
    const backlog = async () => ({ events: 9, seconds: MAX_LAG_SECONDS });

    expect(await createHealth({ backlog }).report()).toMatchObject({ status: 'ok' });
  });
});

it('is ok again when a part is', async () => {
  let database: () => Promise<unknown> = failing;
  const health = createHealth({ database: () => database() });
  expect(await health.report()).toMatchObject({ status: 'unavailable' });

  database = async () => 1;

  expect(await health.report()).toMatchObject({ status: 'ok' });
});

it('asks for migrations until they are applied, and then no more', async () => {
  const answers = [['a'], [], ['never asked for']];
  const health = createHealth({ pendingMigrations: async () => answers.shift() ?? [] });

  const seen = [];
  for (let count = 0; count < 3; count++) seen.push((await health.report()).checks.migrations.status);

  expect(seen).toEqual(['unavailable', 'ok', 'ok']);
});

describe('over HTTP', () => {
  const report = (health: HealthService, path: string) => {
    const metrics = { contentType: 'text/plain', expose: async () => '' };
    const routes = systemRoutes({ health, metrics, info: () => ({}) as never });
    return routes.find((route) => route.path === path)?.handle({});
  };

  it.each(['/health', '/health/ready'])(
    '%s is a 503 that names each part at fault, and none of its secrets',
    async (path) => {
      const health = createHealth({ database: failing, backlog: never });

      const refused = report(health, path);

      await expect(refused).rejects.toThrow(UnavailableError);
      await expect(refused).rejects.toThrow('database: does not answer; projector: no answer within 5 ms');
    },
  );

  it('readiness says that the process stops', async () => {
    const health = createHealth();
    health.drain();

    await expect(report(health, '/health/ready')).rejects.toThrow('The process is stopping.');
  });

  it.each(['/healthz', '/health/live'])(
    '%s asks no part: a process that waits for its database lives',
    async (path) => {
      expect(await report(createHealth({ database: failing }), path)).toEqual({ status: 'ok' });
    },
  );
});
