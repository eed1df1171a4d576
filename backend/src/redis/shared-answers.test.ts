import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { AnswerCaches, until } from '../../test/answer-caches.js';
import { startRedisServer, type RedisServer } from '../../test/redis-server.js';
import type { CacheOutcome } from './answer-cache.js';

const found = await startRedisServer();
const withRedis = found ? describe : describe.skip;
const server = found as RedisServer;
let caches: AnswerCaches;

beforeEach(async () => {
  caches = new AnswerCaches();
  await found?.flush();
});
afterEach(() => {
  found?.resume();
  caches.disconnect();
});
afterAll(() => found?.stop());

async function evalCalls(): Promise<number> {
  const calls = (await server.info('commandstats')).get('cmdstat_eval') ?? 'calls=0';
  return Number(/calls=(\d+)/.exec(calls)?.[1]);
}

withRedis('two replicas over one Redis', () => {
  it('share what one of them produced', async () => {
    const [a, b] = [await caches.createReplica(server), await caches.createReplica(server)];
    const bytes = randomBytes(70_000);
    const produced = await a.cache.read('runs', 'k', async () => bytes);
    await a.cache.close();

    const shared = await b.cache.read('runs', 'k', () => Promise.reject(new Error('not to be produced')));

    expect(shared.body.equals(bytes)).toBe(true);
    expect(shared.etag).toBe(produced.etag);
    expect(b.outcomes).toEqual(['redis']);
  });

  it("see each other's drop when their local second is over", async () => {
    const [a, b] = [await caches.createReplica(server), await caches.createReplica(server)];
    await a.text('runs', 'k', 'old');
    await a.cache.close();
    await b.text('runs', 'k', 'unused');

    await a.cache.drop(['runs']);

    expect(await a.text('runs', 'k', 'new')).toBe('new');
    caches.now += 1_000;
    expect(await b.text('runs', 'k', 'unused')).toBe('old');
    caches.now += 1;
    await a.cache.close();
    expect(await b.text('runs', 'k', 'unused')).toBe('new');
    expect(b.outcomes).toEqual(['redis', 'local', 'redis']);
  });

  it('see it at once where they hear of it', async () => {
    const [a, b] = [await caches.createReplica(server), await caches.createReplica(server)];
    await b.text('runs', 'k', 'old');

    await a.cache.drop(['runs']);
    b.cache.dropLocal(['runs']);

    expect(await b.text('runs', 'k', 'new')).toBe('new');
  });

  it('never see what one was producing while the other dropped', async () => {
    const [a, b] = [await caches.createReplica(server), await caches.createReplica(server)];
    const produced = Promise.withResolvers<string>();
    let begun = false;
    const slow = b.cache.read('runs', 'k', () => {
      begun = true;
      return produced.promise;
    });
    await until(() => begun);
    await a.cache.drop(['runs']);
    produced.resolve('old');
    await slow;
    await b.cache.close();

    expect(await a.text('runs', 'k', 'new')).toBe('new');
  });

  it('are not misled by an answer from before FLUSHALL', async () => {
    const [a, b] = [await caches.createReplica(server), await caches.createReplica(server)];
    await a.cache.drop(['runs']);
    const produced = Promise.withResolvers<string>();
    let begun = false;
    const slow = a.cache.read('runs', 'k', () => {
      begun = true;
      return produced.promise;
    });
    await until(() => begun);
    await server.flush();
    await b.cache.drop(['runs']); // as many drops as before the flush
    produced.resolve('old');
    await slow;
    await a.cache.close();

    expect(await b.text('runs', 'k', 'new')).toBe('new');
  });

  it('produce again what FLUSHALL took', async () => {
    const { text, cache, outcomes } = await caches.createReplica(server);
    await text('runs', 'k', '1');
    await cache.close();
    await server.flush();

    expect(await text('runs', 'k', '2')).toBe('2');
    await cache.close();
    expect(await text('runs', 'k', '3')).toBe('2');
    expect(outcomes).toEqual(['miss', 'miss', 'redis']);
  });

  it('leave nothing in Redis without an end but one generation for each kind', async () => {
    const { text, cache, redis } = await caches.createReplica(server);
    for (const key of ['a', 'b', 'x'.repeat(10_000)]) await text('runs', key, key);
    await cache.drop(['runs', 'pipelines']);
    await cache.close();

    const keys = await redis.client.keys('*');
    const lasting = [];
    for (const key of keys) if ((await redis.client.ttl(key)) === -1) lasting.push(key);
    expect(keys).toHaveLength(5);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(250);
    expect(lasting.sort()).toEqual(['pitwall:generation:{pipelines}', 'pitwall:generation:{runs}']);
  });
});

withRedis('a Redis that fails', () => {
  it('costs nothing but itself when it is killed', async () => {
    const mortal = (await startRedisServer()) as RedisServer;
    const { text, cache, redis, outcomes } = await caches.createReplica(mortal);
    await text('runs', 'k', 'before');

    await mortal.stop();
    await until(() => redis.state() === 'down');

    expect(await text('runs', 'k', 'unused')).toBe('before');
    expect(await text('runs', 'other', 'produced')).toBe('produced');
    await cache.drop(['runs']);
    expect(await text('runs', 'k', 'after')).toBe('after');
    expect(await text('runs', 'k', 'unused')).toBe('after');
    expect(outcomes).toEqual(['miss', 'local', 'error', 'error', 'local']);
  });

  it('is sent one command while it hangs', async () => {
    const { text, redis, outcomes, downs } = await caches.createReplica(server, { commandTimeoutMs: 100 });
    const before = await evalCalls();

    server.pause();
    for (let i = 0; i < 20; i++) {
      expect(await text('runs', `key ${i}`, 'produced')).toBe('produced');
      await until(() => downs() === 1);
    }
    expect(redis.state()).toBe('down');
    expect(await text('runs', 'key 0', 'unused')).toBe('produced');
    server.resume();

    expect(await evalCalls()).toBe(before + 1);
    expect(outcomes).toEqual([...Array<CacheOutcome>(20).fill('error'), 'local']);
  });

  it('may go while an answer is produced', async () => {
    const { cache, redis } = await caches.createReplica(server);

    const answer = await cache.read('runs', 'k', async () => {
      redis.client.stream.destroy();
      return 'produced';
    });

    expect(answer.body.toString()).toBe('produced');
    await expect(cache.close()).resolves.toBeUndefined();
  });

  it('does not bring back what was dropped while it was away', async () => {
    const replica = await caches.createReplica(server);
    const { text, cache, redis, outcomes } = replica;
    await text('runs', 'k', 'old');
    await cache.close();

    redis.client.stream.destroy();
    await cache.drop(['runs']);
    await until(() => redis.state() === 'up');

    expect(await text('runs', 'k', 'new')).toBe('new');
    await cache.close();
    expect(await text('runs', 'k', 'unused')).toBe('new');
    expect(outcomes).toEqual(['miss', 'miss', 'redis']);
  });

  it('hears of a drop it missed at the next one, of whatever kind', async () => {
    const [a, b] = [await caches.createReplica(server), await caches.createReplica(server)];
    await b.text('runs', 'k', 'old');
    await b.cache.close();

    a.redis.client.stream.destroy();
    await a.cache.drop(['runs']);
    await until(() => a.redis.state() === 'up');
    await a.cache.drop(['pipelines']);

    expect(await b.text('runs', 'k', 'new')).toBe('new');
  });

  it('does no harm when it refuses to write', async () => {
    const { text, cache, redis, outcomes } = await caches.createReplica(server);
    await text('runs', 'k', 'old');
    await cache.close();
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      await cache.drop(['runs']);
      expect(await text('runs', 'k', 'new')).toBe('new');
      expect(outcomes).toEqual(['miss', 'error']);
      expect(redis.state()).toBe('up');
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
  });

  it('does no harm when something else lies under our keys', async () => {
    const { text, cache, redis } = await caches.createReplica(server);
    await text('runs', 'k', 'old');
    await cache.close();
    await redis.client.set('pitwall:answer:{runs}:=k', 'short');
    expect(await text('runs', 'k', 'new')).toBe('new');
    await cache.close();
    await redis.client.del('pitwall:answer:{runs}:=k');
    await redis.client.lpush('pitwall:answer:{runs}:=k', 'list');
    expect(await text('runs', 'k', 'newer')).toBe('newer');
  });
});
