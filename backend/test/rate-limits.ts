import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { TooManyRequestsError } from '../src/errors.js';
import type { RateWindow } from '../src/http/rate-limit/rate-limit.js';
import type { RateLimiter } from '../src/http/rate-limit/rate-limiter.js';
import { createRateLimits, type LimitedClass, type RateLimits } from '../src/http/rate-limit/rate-limits.js';
import { connectRedis, type RedisConnection } from '../src/redis/client.js';
import { until } from './answer-caches.js';

const REQUEST = {} as Request;
export const DAY_MS = 86_400_000;

export interface Outcome {
  admitted: boolean;
  headers: Record<string, string>;
  error?: TooManyRequestsError;
}

/** One request: whether it was admitted, and the headers that its answer would carry. */
export async function ask(limiter: RateLimiter, key: string): Promise<Outcome> {
  const res = { locals: {} as { rateHeaders: string[] } };
  const headers = () => {
    const flat = res.locals.rateHeaders;
    return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] as string]] : [])));
  };
  try {
    await limiter.limit(REQUEST, res, key);
    return { admitted: true, headers: headers() };
  } catch (error) {
    if (error instanceof TooManyRequestsError) return { admitted: false, headers: headers(), error };
    throw error;
  }
}

/** How many of so many requests at once are admitted. */
export async function admitted(limiter: RateLimiter, key: string, requests: number): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: requests }, () => ask(limiter, key)));
  return outcomes.filter((outcome) => outcome.admitted).length;
}

/** How many of so many attempts at once are let through. */
export async function attempted({ attemptLimit }: RateLimits, key: string, attempts: number): Promise<number> {
  const all = await Promise.allSettled(Array.from({ length: attempts }, () => attemptLimit.attempts(key)));
  return all.filter(({ status }) => status === 'fulfilled').length;
}

export const uniqueKey = () => `user:${randomUUID()}`;

/** Rate limits as several processes have them, over one Redis or none. */
export class RateLimitProcesses {
  private readonly opened: { close(): void }[] = [];

  /** Every class gets the same windows. */
  create(windows: RateWindow[], redis?: RedisConnection) {
    const away: LimitedClass[] = [];
    const limits = createRateLimits({
      limits: { default: windows, auth: windows, ingest: windows, read: windows },
      events: { rateLimitWithoutRedis: (rateClass) => away.push(rateClass) },
      redis,
    });
    this.opened.push(limits);
    return { ...limits, limits, away };
  }

  /** Commands may take long by default, since the test machine may be busy. */
  connect(url: string, { commandTimeoutMs = 5_000, coolDownMs = 20 } = {}): RedisConnection {
    const ignore = () => undefined;
    const redis = connectRedis({ url, onError: ignore, onUp: ignore, commandTimeoutMs, coolDownMs });
    this.opened.push(redis);
    return redis;
  }

  /** A process with a connection of its own, once that is up. */
  async createReplica(url: string, windows: RateWindow[], timing: { commandTimeoutMs?: number } = {}) {
    const redis = this.connect(url, timing);
    await until(() => redis.state() === 'up');
    return { ...this.create(windows, redis), redis };
  }

  close(): void {
    for (const each of this.opened.splice(0)) each.close();
  }
}
