import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { admitted, ask, attempted, DAY_MS, RateLimitProcesses, uniqueKey } from '../../../test/rate-limits.js';
import { BoundedMemoryStore } from './bounded-memory-store.js';
import { Counter } from './counter.js';
import type { LimitedClass } from './rate-limits.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const processes = new RateLimitProcesses();

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});
afterEach(() => {
  processes.close();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTime(ms);

describe('a rate limit in memory', () => {
  it('admits as many as the limit in each window, and as many again in the next', async () => {
    const { limiters } = processes.create([{ limit: 5, windowMs: MINUTE_MS }]);

    expect(await admitted(limiters.read, 'user:1', 8)).toBe(5);
    pass(MINUTE_MS - 1);
    expect(await admitted(limiters.read, 'user:1', 8)).toBe(0);
    pass(1);
    expect(await admitted(limiters.read, 'user:1', 8)).toBe(5);
  });

  it('keeps every window', async () => {
    const { limiters } = processes.create([
      { limit: 12, windowMs: HOUR_MS },
      { limit: 5, windowMs: MINUTE_MS },
    ]);
    const perMinute: number[] = [];

    for (let minute = 0; minute < 4; minute++) {
      perMinute.push(await admitted(limiters.default, 'user:1', 20));
      pass(MINUTE_MS);
    }
    expect(perMinute).toEqual([5, 5, 2, 0]);
    pass(HOUR_MS);
    expect(await admitted(limiters.default, 'user:1', 20)).toBe(5);
  });

  it('keeps callers and classes apart', async () => {
    const { limiters, limits } = processes.create([{ limit: 2, windowMs: MINUTE_MS }]);

    for (const rateClass of Object.keys(limiters) as LimitedClass[]) {
      expect(await admitted(limiters[rateClass], 'user:1', 3)).toBe(2);
      expect(await admitted(limiters[rateClass], 'token:1', 3)).toBe(2);
    }
    expect(await attempted(limits, 'user:1', 3)).toBe(2);
  });

  it('forgets the callers that were away longest, so that made-up ones cannot fill the memory', async () => {
    const counter = new Counter({ limit: 1, windowMs: DAY_MS }, new BoundedMemoryStore(3));
    const used = async (key: string) => (await counter.count(key)).info.used;
    for (const key of ['a', 'b', 'c', 'a', 'd']) await used(key);

    expect(await used('a')).toBe(3);
    expect(await used('d')).toBe(2);
    expect(await used('b')).toBe(1);
    counter.close();
  });
});

describe('the headers of an answer', () => {
  const partition = /pk=:[A-Za-z0-9+/=]{16}:/;

  it('tell of each window in the form of draft 8', async () => {
    const { limiters } = processes.create([
      { limit: 300, windowMs: MINUTE_MS },
      { limit: 6000, windowMs: HOUR_MS },
    ]);
    await ask(limiters.default, 'user:1');
    pass(1_500);

    const { headers } = await ask(limiters.default, 'user:1');

    expect(headers['RateLimit']).toBe('"default-1m"; r=298; t=59, "default-1h"; r=5998; t=3599');
    const policy = headers['RateLimit-Policy'] as string;
    expect(policy.replaceAll(new RegExp(partition, 'g'), 'pk')).toBe(
      '"default-1m"; q=300; w=60; pk, "default-1h"; q=6000; w=3600; pk',
    );
  });

  it('tell callers apart without naming them', async () => {
    const { limiters } = processes.create([{ limit: 3, windowMs: MINUTE_MS }]);
    const keyOf = async (key: string) =>
      partition.exec((await ask(limiters.read, key)).headers['RateLimit-Policy'] ?? '');

    expect(await keyOf('user:1')).toEqual(await keyOf('user:1'));
    expect(await keyOf('user:1')).not.toEqual(await keyOf('user:2'));
    // Known answer of express-rate-limit 8.7.4 with `standardHeaders: 'draft-8'` for the key `user:1`.
    expect((await keyOf('user:1'))?.[0]).toBe('pk=:YWJjM2E0N2I4YWQx:');
  });

  it('tell when to come back of a request that is refused, and of the other windows too', async () => {
    const { limiters } = processes.create([
      { limit: 3, windowMs: MINUTE_MS },
      { limit: 100, windowMs: HOUR_MS },
    ]);
    await admitted(limiters.read, 'user:1', 3);
    pass(20_000);

    const refusals = [await ask(limiters.read, 'user:1'), await ask(limiters.read, 'user:1')];

    for (const { admitted, headers, error } of refusals) {
      expect(admitted).toBe(false);
      expect(headers['RateLimit']).toBe('"read-1m"; r=0; t=40, "read-1h"; r=97; t=3580');
      expect(error).toMatchObject({ retryAfterSeconds: 40, message: 'No more than 3 per minute are taken.' });
    }
  });
});

describe('attempts', () => {
  const windows = [
    { limit: 10, windowMs: MINUTE_MS },
    { limit: 15, windowMs: HOUR_MS },
  ];

  it('SEC10 of 100 at once, as many as the limit get through', async () => {
    const { limits } = processes.create(windows);

    expect(await attempted(limits, 'account:a', 100)).toBe(10);
    pass(MINUTE_MS);
    expect(await attempted(limits, 'account:a', 100)).toBe(5);
    pass(MINUTE_MS);
    expect(await attempted(limits, 'account:a', 100)).toBe(0);
  });

  it('do not count when they succeeded', async () => {
    const { limits, attemptLimit } = processes.create(windows);
    for (let day = 0; day < 100; day++) (await attemptLimit.attempts('account:a')).refund();

    expect(await attempted(limits, 'account:a', 100)).toBe(10);
  });

  it('are not taken back from a later window', async () => {
    const { limits, attemptLimit } = processes.create([{ limit: 2, windowMs: MINUTE_MS }]);
    const early = await attemptLimit.attempts('account:a');
    pass(MINUTE_MS);
    await attempted(limits, 'account:a', 2);
    early.refund();

    await expect(attemptLimit.attempts('account:a')).rejects.toMatchObject({ retryAfterSeconds: 60 });
  });

  it('of one account leave the others alone', async () => {
    const { limits } = processes.create(windows);
    await attempted(limits, uniqueKey(), 100);

    expect(await attempted(limits, uniqueKey(), 3)).toBe(3);
  });
});
