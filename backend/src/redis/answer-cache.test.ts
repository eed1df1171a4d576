import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { AnswerCaches, until } from '../../test/answer-caches.js';
import { startRedisServer, type RedisServer } from '../../test/redis-server.js';

const found = await startRedisServer();
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

describe.each([
  { name: 'without Redis', create: async () => caches.create() },
  ...(found ? [{ name: 'with Redis', create: () => caches.createReplica(server) }] : []),
])('an answer cache $name', ({ create }) => {
  it('produces an answer once, with a strong ETag of its bytes', async () => {
    const { cache, outcomes } = await create();
    const first = await cache.read('runs', 'a', async () => '{"items":[]}');
    const second = await cache.read('runs', 'a', () => Promise.reject(new Error('not to be produced')));
    const other = await cache.read('runs', 'b', async () => '{"items":[1]}');

    expect(second).toEqual(first);
    expect(first.body.toString()).toBe('{"items":[]}');
    expect(first.etag).toMatch(/^"[\w-]{27}"$/);
    expect(other.etag).not.toBe(first.etag);
    expect(outcomes).toEqual(['miss', 'local', 'miss']);
  });

  it('keeps the kinds apart, and long keys too', async () => {
    const { text } = await create();
    const long = 'x'.repeat(300);

    expect(await text('runs', 'k', '1')).toBe('1');
    expect(await text('pipelines', 'k', '2')).toBe('2');
    expect(await text('runs', `${long}1`, '3')).toBe('3');
    expect(await text('runs', `${long}2`, '4')).toBe('4');
    expect(await text('runs', `${long}1`, '5')).toBe('3');
  });

  it('lets concurrent readers share one flight', async () => {
    const { cache, outcomes } = await create();
    const produced = Promise.withResolvers<string>();
    let flights = 0;
    const produce = () => {
      flights++;
      return produced.promise;
    };

    const readers = [1, 2, 3].map(() => cache.read('runs', 'a', produce));
    await until(() => flights > 0);
    produced.resolve('x');

    expect((await Promise.all(readers)).map(({ body }) => body.toString())).toEqual(['x', 'x', 'x']);
    expect(flights).toBe(1);
    expect(outcomes.sort()).toEqual(['local', 'local', 'miss']);
  });

  it('gives each reader the error of a failed flight, and keeps nothing of it', async () => {
    const { cache, text } = await create();
    const failing = () => Promise.reject(new Error('no database'));

    const settled = await Promise.allSettled([cache.read('runs', 'a', failing), cache.read('runs', 'a', failing)]);

    expect(settled.map((result) => result.status === 'rejected' && result.reason.message)).toEqual([
      'no database',
      'no database',
    ]);
    expect(await text('runs', 'a', 'recovered')).toBe('recovered');
  });

  it('drops a kind and no other', async () => {
    const { cache, text } = await create();
    await text('runs', 'a', 'old');
    await text('pipelines', 'a', 'old');

    await cache.drop(['runs']);

    expect(await text('runs', 'a', 'new')).toBe('new');
    expect(await text('pipelines', 'a', 'new')).toBe('old');
  });

  it('neither keeps nor shares after a drop what was being produced before it', async () => {
    const { cache, text } = await create();
    const produced = Promise.withResolvers<string>();
    let begun = false;
    const slow = cache.read('runs', 'a', () => {
      begun = true;
      return produced.promise;
    });
    await until(() => begun);

    const dropped = cache.drop(['runs']);
    const after = text('runs', 'a', 'new');
    await dropped;
    expect(await after).toBe('new');

    produced.resolve('old');
    expect((await slow).body.toString()).toBe('old');
    expect(await text('runs', 'a', 'newest')).toBe('new');
    await cache.close(); // the local level is empty, and Redis has what it will have
    expect(await text('runs', 'a', 'newest')).not.toBe('old');
  });

  it('does not let an old flight that lands end the one begun after the drop', async () => {
    const { cache } = await create();
    const [old, young] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let flights = 0;
    const flying = (answer: Promise<string>) => () => {
      flights++;
      return answer;
    };
    const first = cache.read('runs', 'a', flying(old.promise));
    await until(() => flights === 1);
    cache.dropLocal(['runs']);
    const second = cache.read('runs', 'a', flying(young.promise));
    await until(() => flights === 2);

    old.resolve('old');
    await first;
    const third = cache.read('runs', 'a', flying(Promise.resolve('not to be produced')));
    young.resolve('new');

    expect((await second).body.toString()).toBe('new');
    expect((await third).body.toString()).toBe('new');
  });

  it('hands out binary bodies byte for byte', async () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 13, 10, 0xc3, 0x28]), randomBytes(100_000)]);
    const { cache } = await create();
    const first = await cache.read('runs', 'bytes', async () => bytes);
    await cache.close();
    const second = await cache.read('runs', 'bytes', async () => bytes);

    expect(second.body.equals(bytes)).toBe(true);
    expect(second.etag).toBe(first.etag);
  });
});

describe('the level in the process', () => {
  it('lasts for the TTL of the kind when there is no Redis', async () => {
    const { text } = caches.create();
    await text('runs', 'a', '1');

    caches.now += 30_000;
    expect(await text('runs', 'a', '2')).toBe('1');
    caches.now += 1;
    expect(await text('runs', 'a', '3')).toBe('3');
  });

  it('is bounded in bytes', async () => {
    const { text } = caches.create({ maxLocalBytes: 10_000 });
    await text('runs', 'a', 'a'.repeat(4_000));
    await text('runs', 'b', 'b'.repeat(4_000));
    await text('runs', 'c', 'c'.repeat(4_000));

    expect(await text('runs', 'c', 'again')).toBe('c'.repeat(4_000));
    expect(await text('runs', 'a', 'again')).toBe('again');
  });

  it('serves an answer too large to keep', async () => {
    const { text } = caches.create({ maxLocalBytes: 1_000 });

    expect(await text('runs', 'a', 'a'.repeat(4_000))).toHaveLength(4_000);
    expect(await text('runs', 'a', 'again')).toBe('again');
  });
});
