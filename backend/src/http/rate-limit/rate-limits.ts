import type { RedisConnection } from '../../redis/client.js';
import type { RateClass } from '../endpoint.js';
import { AttemptLimit } from './attempt-limit.js';
import { BoundedMemoryStore } from './bounded-memory-store.js';
import { CountedWindow, Counter } from './counter.js';
import { createHitStore } from './hit-store.js';
import { LeaseStore } from './lease-store.js';
import type { RateWindow } from './rate-limit.js';
import { RateLimiter } from './rate-limiter.js';

export type LimitedClass = Exclude<RateClass, 'none'>;

export interface RateLimitsOptions {
  limits: Record<LimitedClass, RateWindow[]>;
  /** Without it, the counters are in this process alone. */
  redis?: Pick<RedisConnection, 'client' | 'state'> | undefined;
  events: { rateLimitWithoutRedis(rateClass: LimitedClass): void };
  /** While Redis is away each process takes sign-ins up to the limit divided by this. */
  replicasGuess?: number;
}

export interface RateLimits {
  limiters: Record<LimitedClass, RateLimiter>;
  /** For sign-in: the windows of `auth`, counted apart from its requests. */
  attemptLimit: AttemptLimit;
  /** Stops the timers. */
  close(): void;
}

/**
 * Keys are chosen by whoever calls, so each counter in memory knows so many of them. To be forgotten early helps a caller little
 * in the hot classes, and someone who guesses passwords more.
 */
const HOT_KEYS = 10_000;
const AUTH_KEYS = 50_000;

export function createRateLimits({ limits, redis, events, replicasGuess = 4 }: RateLimitsOptions): RateLimits {
  const all: CountedWindow[] = [];
  const windowsOf = (rateClass: LimitedClass, count: (window: RateWindow) => CountedWindow) => {
    const counted = limits[rateClass].toSorted((a, b) => a.windowMs - b.windowMs).map(count);
    all.push(...counted);
    return counted;
  };

  /** Exact to the hit also over Redis, and stricter without it. */
  const guarded = (name: string) =>
    windowsOf('auth', (window) => {
      if (!redis) return new CountedWindow(window, new Counter(window, new BoundedMemoryStore(AUTH_KEYS)));
      const stricter = { ...window, limit: Math.max(1, Math.floor(window.limit / replicasGuess)) };
      const local = new Counter(stricter, new BoundedMemoryStore(AUTH_KEYS));
      const counter = new Counter(window, createHitStore(redis.client, prefixOf(name, window)));
      return new CountedWindow(window, local, { counter, redis, onAway: () => events.rateLimitWithoutRedis('auth') });
    });

  /** Without a call to Redis for most hits, and open without it. */
  const hot = (name: LimitedClass) => {
    const windows = windowsOf(name, (window) => {
      const local = new Counter(window, new BoundedMemoryStore(HOT_KEYS));
      if (!redis) return new CountedWindow(window, local);
      const prefix = prefixOf(name, window);
      const leases = new LeaseStore({ ...window, client: redis.client, prefix, maxKeys: HOT_KEYS });
      const counter = new Counter(window, leases);
      return new CountedWindow(window, local, { counter, redis, onAway: () => events.rateLimitWithoutRedis(name) });
    });
    return new RateLimiter(name, windows, HOT_KEYS);
  };

  return {
    limiters: {
      default: hot('default'),
      auth: new RateLimiter('auth', guarded('auth'), AUTH_KEYS),
      ingest: hot('ingest'),
      read: hot('read'),
    },
    attemptLimit: new AttemptLimit(guarded('attempts')),
    close: () => {
      for (const window of all) window.close();
    },
  };
}

const prefixOf = (name: string, { windowMs }: RateWindow) => `pitwall:limit:${name}:${windowMs}:`;
