import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { admitted, ask, attempted, DAY_MS, RateLimitProcesses, uniqueKey } from '../../../test/rate-limits.js';
import { startRedisServer, type RedisServer } from '../../../test/redis-server.js';

const found = await startRedisServer();
const withRedis = found ? describe : describe.skip;
const server = found as RedisServer;
const processes = new RateLimitProcesses();

beforeEach(() => found?.flush());
afterEach(() => processes.close());
afterAll(() => found?.stop());

const calls = async () => /calls=(\d+)/.exec((await server.info('commandstats')).get('cmdstat_eval') ?? 'calls=0')?.[1];
const sumOf = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
const perDay = (limit: number) => [{ limit, windowMs: DAY_MS }];
const replica = (limit: number) => processes.createReplica(server.url, perDay(limit));

withRedis('processes that share their counters', () => {
  it.each(['read', 'ingest', 'default', 'auth'] as const)(
    'give one caller the limit of %s, to the hit',
    async (name) => {
      const { limiters, away } = await replica(1200);
      const key = uniqueKey();
      let total = 0;
      for (let burst = 0; burst < 30; burst++) total += await admitted(limiters[name], key, 50);

      expect(total).toBe(1200);
      expect(away).toEqual([]);
    },
  );

  it('never admit more than the limit together, however their requests fall', async () => {
    const limits = [1, 7, 40, 500];
    const replicas = await Promise.all(
      limits.map(async (limit) => ({ limit, pair: [await replica(limit), await replica(limit)] })),
    );
    const burst = fc.record({
      second: fc.boolean(),
      requests: fc.oneof(fc.nat(10), fc.nat(300)),
      caller: fc.nat(1),
      waited: fc.boolean(),
    });

    await fc.assert(
      fc.asyncProperty(fc.nat(limits.length - 1), fc.array(burst, { maxLength: 12 }), async (which, bursts) => {
        const { limit, pair } = replicas[which] as (typeof replicas)[number];
        const callers = [uniqueKey(), uniqueKey()].map((key) => ({ key, asked: 0, running: [] as Promise<number>[] }));
        for (const { second, requests, caller, waited } of bursts) {
          const { limiters } = pair[Number(second)] as (typeof pair)[number];
          const who = callers[caller] as (typeof callers)[number];
          const flight = admitted(limiters.read, who.key, requests);
          who.asked += requests;
          who.running.push(flight);
          if (waited) await flight;
        }
        for (const { asked, running } of callers) {
          const total = sumOf(await Promise.all(running));
          expect(total).toBeLessThanOrEqual(Math.min(limit, asked));
          // What one process holds back from the other is an eighth of what remains, or what it was asked for.
          expect(total).toBeGreaterThanOrEqual(Math.min(asked, Math.floor((limit * 7) / 8)));
        }
        expect(pair.flatMap(({ away }) => away)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('begin again when the window ends, and spend nothing that is left of the one before', async () => {
    const windows = [{ limit: 20, windowMs: 500 }];
    const [a, b] = [
      await processes.createReplica(server.url, windows),
      await processes.createReplica(server.url, windows),
    ];
    const ends = () => a.redis.client.call('PEXPIRETIME', 'pitwall:limit:read:500:user:1') as Promise<number>;
    const NONE = -2;

    for (let judged = false; !judged;) {
      await ask(a.limiters.read, 'user:1'); // leaves something spare
      while ((await ends()) !== NONE);
      const taken = await admitted(b.limiters.read, 'user:1', 30);
      const end = await ends();
      const { admitted: more } = await ask(a.limiters.read, 'user:1');
      judged = end !== NONE && (await ends()) === end; // or the machine was too busy for a window this short
      if (judged) expect({ taken, more }).toEqual({ taken: 20, more: false });
    }
  });

  it('keep every window together', async () => {
    const windows = [
      { limit: 30, windowMs: 60_000 },
      { limit: 10, windowMs: DAY_MS },
    ];
    const replicas = [
      await processes.createReplica(server.url, windows),
      await processes.createReplica(server.url, windows),
    ];
    const key = uniqueKey();
    const totals = await Promise.all(replicas.map(({ limiters }) => admitted(limiters.default, key, 100)));

    expect(sumOf(totals)).toBe(10);
  });

  it('spend a slice without asking Redis, and ask once for all that wait', async () => {
    const { limiters } = await replica(10_000);
    const key = uniqueKey();
    const before = Number(await calls());

    for (let request = 0; request < 200; request++) await ask(limiters.read, key);
    expect(Number(await calls())).toBe(before + 1);
    expect(await admitted(limiters.read, key, 500)).toBe(500);
    expect(Number(await calls())).toBe(before + 2);
    const { headers } = await ask(limiters.read, key);
    expect(headers['RateLimit']).toMatch(/^"read-1d"; r=9299; t=\d+$/);
  });

  it('refuse without asking Redis', async () => {
    const { limiters } = await replica(5);
    const key = uniqueKey();
    await admitted(limiters.read, key, 10);
    const before = await calls();

    expect(await admitted(limiters.read, key, 100)).toBe(0);
    expect(await calls()).toBe(before);
  });

  it('keep callers, classes and windows apart, with an end to each counter', async () => {
    const { limiters, limits, redis } = await replica(8);
    for (const limiter of Object.values(limiters)) {
      for (const key of ['user:1', '1', 'read:user:1']) expect(await admitted(limiter, key, 20)).toBe(8);
    }
    expect(await attempted(limits, 'user:1', 20)).toBe(8);

    const keys = await redis.client.keys('*');
    expect(keys).toHaveLength(13);
    for (const key of keys) expect(await redis.client.pttl(key)).toBeGreaterThan(0);
  });
});

withRedis('attempts at several processes', () => {
  it('SEC10 of 100 at once, as many as the limit get through', async () => {
    const replicas = [await replica(10), await replica(10)];
    const totals = await Promise.all(replicas.map(({ limits }) => attempted(limits, 'account:a', 50)));

    expect(sumOf(totals)).toBe(10);
  });

  it('do not count when they succeeded, wherever that was', async () => {
    const [a, b] = [await replica(10), await replica(10)];
    for (let attempt = 0; attempt < 30; attempt++) (await a.attemptLimit.attempts('account:a')).refund();
    await a.redis.ping(); // behind the last refund

    expect(await attempted(b.limits, 'account:a', 20)).toBe(10);
  });

  it('REL9 leave nothing behind when they are taken back after FLUSHALL', async () => {
    const { attemptLimit, redis } = await replica(10);
    const attempt = await attemptLimit.attempts('account:a');
    await server.flush();
    attempt.refund();

    expect(await redis.client.dbsize()).toBe(0);
  });
});
