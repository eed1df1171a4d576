import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../test/answer-caches.js';
import { runRecord } from '../../../test/factories.js';
import { PASSWORD, people, WRONG_PASSWORD } from '../../../test/people.js';
import { startRedisServer, type RedisServer } from '../../../test/redis-server.js';
import { startApi, unique } from '../../../test/start-api.js';
import { connectRedis, type RedisConnection } from '../../redis/client.js';

const NEVER_MS = 3_600_000;
const LIMIT = 8;
/** Without Redis, a process assumes that it is one of four. */
const STRICTER = LIMIT / 4;

const [mortal, silent, forgetful] = await Promise.all([startRedisServer(), startRedisServer(), startRedisServer()]);
const withRedis = mortal && silent && forgetful ? describe : describe.skip;
afterAll(() => Promise.all([mortal, silent, forgetful].map((server) => server?.stop())));

/** A process over a Redis of its own. Once that failed to answer, nothing is sent to it any more. */
function startOver(server: RedisServer, commandTimeoutMs: number) {
  let redis: RedisConnection | undefined;
  const ignore = () => undefined;
  const connection = () =>
    (redis ??= connectRedis({
      ...{ url: server.url, onError: ignore, onUp: ignore, commandTimeoutMs, coolDownMs: NEVER_MS },
    }));
  const api = startApi({ redis: connection, env: { RATE_LIMIT_AUTH: `${LIMIT} per day` } });
  beforeAll(() => until(() => connection().state() === 'up'));
  afterAll(() => connection().close());
  return { api, state: () => connection().state(), ...people(api) };
}

type World = ReturnType<typeof startOver>;

const repeated = <T>(times: number, work: () => PromiseLike<T>) => Promise.all(Array.from({ length: times }, work));

/** How many wrong passwords for one account are verified out of twenty at once. */
async function verified({ create, logIn }: World): Promise<number> {
  const { email } = await create();
  const answers = await repeated(20, () => logIn(email, WRONG_PASSWORD));
  return answers.filter(({ status }) => status === 401).length;
}

/** What goes on, whatever becomes of Redis. */
async function expectToGoOn({ api, create, browser }: World) {
  const page = await browser(await create('maintainer'));
  const source = unique('redis');
  expect((await repeated(20, () => page.get('/runs'))).map(({ status }) => status)).toEqual(Array(20).fill(200));
  const taken = await repeated(20, () => api.api.post('/ingest').send(runRecord(source)));
  expect(taken.map(({ status }) => status)).toEqual(Array(20).fill(202));
  await page.post('/auth/logout').expect(204);
  await page.get('/runs').expect(401);
}

withRedis('REL7 when Redis is killed', () => {
  const world = startOver(mortal as RedisServer, 5_000);

  it('reads, intake and revocation go on, and fewer passwords may be guessed', async () => {
    const { api, create, browser, state } = world;
    const [page, revoked] = [await browser(await create()), await browser(await create())];
    await revoked.post('/auth/logout').expect(204);

    await mortal?.stop();
    await until(() => state() === 'down');

    await page.get('/runs').expect(200);
    await revoked.get('/runs').expect(401);
    await expectToGoOn(world);
    expect(await verified(world)).toBe(STRICTER);
    expect(api.reported).toEqual([]);
  });
});

withRedis('REL8 when Redis hangs', () => {
  const server = silent as RedisServer;
  const world = startOver(server, 100);
  const calls = async () => {
    const stats = await server.info('commandstats');
    const all = [...stats.values()].map((text) => Number(/calls=(\d+)/.exec(text)?.[1] ?? 0));
    const own = Number(/calls=(\d+)/.exec(stats.get('cmdstat_info') ?? '')?.[1] ?? 0);
    return all.reduce((sum, count) => sum + count, 0) - own;
  };

  it('one command waits for it and no other is sent; then it is as if it were away', async () => {
    const { api, create, browser, state } = world;
    const page = await browser(await create());
    const user = await create();
    const before = await calls();
    server.pause();

    await page.get('/runs').expect(200);
    await until(() => state() === 'down');
    await expectToGoOn(world);
    expect(await verified(world)).toBe(STRICTER);
    await api.api.patch(`/users/${user.id}`).send({ disabled: true }).expect(200);
    await world.logIn(user.email, PASSWORD).expect((answer) => expect([401, 429]).toContain(answer.status));

    server.resume();
    // Those that were under way when it stopped: the answer's cache and the rate limit. `QUIT` and `INFO` are ours.
    expect((await calls()) - before).toBeLessThan(10);
    expect(api.reported).toEqual([]);
  });
});

withRedis('REL9 when Redis forgets everything', () => {
  const server = forgetful as RedisServer;
  const world = startOver(server, 5_000);

  it('nobody is let in again, nobody is put out, and nothing that came before counts twice', async () => {
    const { api, create, browser, apiClient, refresh } = world;
    const [user, other] = [await create(), await create()];
    const [page, ended, client] = [await browser(user), await browser(user), await apiClient(other)];
    const { body: token } = await page
      .post('/tokens')
      .send({ name: 'x', scopes: ['read'] })
      .expect(201);
    const machine = world.bearing(String(token.token));
    await machine.get('/runs').expect(200);
    await ended.post('/auth/logout').expect(204);
    await page.delete(`/tokens/${token.id}`).expect(204);
    const { body: renewed } = await refresh(client.refreshToken).expect(200);
    const record = { ...runRecord(unique('redis')), id: unique('once') };
    await api.api.post('/ingest').send(record).expect(202);
    const events = async () =>
      Number((await api.connections().pool.query<{ n: string }>('SELECT count(*) AS n FROM events')).rows[0]?.n);
    const before = await events();

    await server.flush();

    await ended.get('/runs').expect(401);
    await machine.get('/runs').expect(401);
    await page.get('/runs').expect(200);
    await world.bearing(String(renewed.accessToken)).get('/runs').expect(200);
    await refresh(client.refreshToken).expect(401);
    await api.api.post('/ingest').send(record).expect(202);
    expect(await events()).toBe(before);
    expect(await verified(world)).toBe(LIMIT);
  });
});
