import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../test/answer-caches.js';
import { admitted, ask, attempted, DAY_MS, RateLimitProcesses, uniqueKey } from '../../../test/rate-limits.js';
import { startRedisServer, type RedisServer } from '../../../test/redis-server.js';

const NEVER_MS = 3_600_000;
const found = await startRedisServer();
const withRedis = found ? describe : describe.skip;
const server = found as RedisServer;
const processes = new RateLimitProcesses();
const mortals: RedisServer[] = [];

async function mortalServer(options: { port?: number } = {}): Promise<RedisServer> {
  const mortal = (await startRedisServer(options)) as RedisServer;
  mortals.push(mortal);
  return mortal;
}

beforeEach(() => found?.flush());
afterEach(async () => {
  found?.resume();
  processes.close();
  for (const mortal of mortals.splice(0)) await mortal.stop();
});
afterAll(() => found?.stop());

const perDay = (limit: number) => [{ limit, windowMs: DAY_MS }];
const evalCalls = async () =>
  Number(/calls=(\d+)/.exec((await server.info('commandstats')).get('cmdstat_eval') ?? 'calls=0')?.[1]);

withRedis('REL7 Redis killed', () => {
  it('lets the hot classes go on to the limit of the process, and counts what is counted alone', async () => {
    const mortal = await mortalServer();
    const { limiters, away, redis } = await processes.createReplica(mortal.url, perDay(40));
    const key = uniqueKey();
    expect(await admitted(limiters.read, key, 30)).toBe(30);
    await mortal.stop();
    await until(() => redis.state() === 'down');

    for (const name of ['read', 'ingest', 'default'] as const) {
      away.length = 0;
      expect(await admitted(limiters[name], key, 60)).toBe(40);
      expect(away).toEqual(Array(60).fill(name));
    }
  });

  it('makes sign-in stricter, never looser', async () => {
    const mortal = await mortalServer();
    const { limiters, limits, away, redis } = await processes.createReplica(mortal.url, perDay(40));
    const least = processes.create(perDay(3), redis);
    await mortal.stop();
    await until(() => redis.state() === 'down');

    expect(await attempted(limits, 'account:a', 100)).toBe(10);
    expect(await admitted(limiters.auth, 'user:1', 100)).toBe(10);
    expect(await attempted(least.limits, 'account:a', 100)).toBe(1);
    expect(new Set(away)).toEqual(new Set(['auth']));
    expect((await ask(limiters.auth, 'user:2')).headers['RateLimit-Policy']).toContain('"auth-1d"; q=40;');
  });

  it('takes back a success where it was counted', async () => {
    const mortal = await mortalServer();
    const { attemptLimit, limits, redis } = await processes.createReplica(mortal.url, perDay(40));
    await mortal.stop();
    await until(() => redis.state() === 'down');
    for (let attempt = 0; attempt < 50; attempt++) (await attemptLimit.attempts('account:a')).refund();

    expect(await attempted(limits, 'account:a', 100)).toBe(10);
  });

  it('ends by itself: what comes back is used again', async () => {
    const mortal = await mortalServer();
    const { limiters, limits, away, redis } = await processes.createReplica(mortal.url, perDay(40));
    await admitted(limiters.read, 'user:1', 60);
    await attempted(limits, 'account:a', 60);
    await mortal.stop();
    await until(() => redis.state() === 'down');
    await admitted(limiters.read, 'user:1', 60);
    await attempted(limits, 'account:a', 60);
    await mortalServer({ port: mortal.port });
    await until(() => redis.state() === 'up');
    away.length = 0;

    expect(await admitted(limiters.read, 'user:2', 60)).toBe(40);
    expect(await attempted(limits, 'account:a', 60)).toBe(40);
    expect(away).toEqual([]);
    expect(await redis.client.dbsize()).toBe(2);
  });

  it('may also be away at the start', async () => {
    const mortal = await mortalServer();
    await mortal.stop();
    const redis = processes.connect(mortal.url);
    const { limiters, limits, away } = processes.create(perDay(40), redis);
    expect(await admitted(limiters.read, 'user:1', 60)).toBe(40);
    expect(await attempted(limits, 'account:a', 60)).toBe(10);
    expect(away).toHaveLength(120);

    await mortalServer({ port: mortal.port });
    await until(() => redis.state() === 'up');
    away.length = 0;
    expect(await attempted(limits, 'account:a', 60)).toBe(40);
    expect(await admitted(limiters.ingest, 'user:1', 60)).toBe(40);
    expect(away).toEqual([]);
  });
});

withRedis('REL8 Redis hangs', () => {
  it.each(['read', 'auth'] as const)('and is sent one wave of commands of %s, then none', async (name) => {
    const timing = { commandTimeoutMs: 100, coolDownMs: NEVER_MS };
    const { limiters, away, redis } = await processes.createReplica(server.url, perDay(40), timing);
    const key = uniqueKey();
    const before = await evalCalls();

    server.pause();
    expect(await admitted(limiters[name], key, 5)).toBe(5);
    expect(redis.state()).toBe('down');
    for (let request = 0; request < 5; request++) expect((await ask(limiters[name], key)).admitted).toBe(true);
    expect(away).toEqual(Array(10).fill(name));
    server.resume();

    expect(await evalCalls()).toBe(before + (name === 'auth' ? 5 : 1));
  });

  it('and is used again once it answers', async () => {
    const timing = { commandTimeoutMs: 100, coolDownMs: 20 };
    const { limiters, away, redis } = await processes.createReplica(server.url, perDay(40), timing);
    server.pause();
    await ask(limiters.read, 'user:1');
    server.resume();
    await until(() => redis.state() === 'up');
    away.length = 0;

    expect((await ask(limiters.read, uniqueKey())).admitted).toBe(true);
    expect(away).toEqual([]);
  });
});

withRedis('REL9 Redis emptied', () => {
  it('begins to count anew, without an error', async () => {
    const { limiters, limits, away, redis } = await processes.createReplica(server.url, perDay(40));
    await attempted(limits, 'account:a', 60);
    await admitted(limiters.auth, 'user:1', 10);
    await server.flush();
    await redis.client.script('FLUSH');

    expect(await attempted(limits, 'account:a', 60)).toBe(40);
    expect(await admitted(limiters.auth, 'user:1', 60)).toBe(40);
    expect(await admitted(limiters.read, 'user:1', 60)).toBe(40);
    expect(away).toEqual([]);
  });

  it('does without what cannot be counted there', async () => {
    const { limiters, limits, away, redis } = await processes.createReplica(server.url, perDay(40));
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      expect(await admitted(limiters.read, 'user:1', 60)).toBe(40);
      expect(await attempted(limits, 'account:a', 60)).toBe(10);
      expect(away).toHaveLength(120);
      expect(redis.state()).toBe('up');
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
  });
});
