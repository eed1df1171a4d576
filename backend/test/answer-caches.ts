import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerCache, type AnswerCacheOptions, type CacheOutcome } from '../src/redis/answer-cache.js';
import { connectRedis, type RedisConnection } from '../src/redis/client.js';
import type { RedisServer } from './redis-server.js';

type Kind = 'runs' | 'pipelines';

const NEVER_MS = 3_600_000;

/** Caches whose clock stands still until the test moves it. */
export class AnswerCaches {
  /** Milliseconds; lru-cache takes 0 for "no time". */
  now = 1_000;
  private readonly connections: RedisConnection[] = [];

  create(options: Partial<AnswerCacheOptions<Kind>> = {}) {
    const outcomes: CacheOutcome[] = [];
    const cache = new AnswerCache<Kind>({
      kinds: { runs: { ttlSeconds: 30 }, pipelines: { ttlSeconds: 60 } },
      events: { cacheRead: (_kind, outcome) => outcomes.push(outcome) },
      now: () => this.now,
      ...options,
    });
    /** What a read answers, as text, when `produced` is what would be produced. */
    const text = async (kind: Kind, key: string, produced: string) =>
      (await cache.read(kind, key, async () => produced)).body.toString();
    return { cache, text, outcomes };
  }

  /**
   * A cache with a connection of its own, as each replica has. Commands may take long by default, since the test
   * machine may be busy; once one timed out, Redis is not probed again.
   */
  async createReplica(server: RedisServer, { commandTimeoutMs = 5_000 } = {}) {
    let downs = 0;
    const redis = connectRedis({
      url: server.url,
      onError: () => downs++,
      onUp: () => undefined,
      coolDownMs: NEVER_MS,
      commandTimeoutMs,
    });
    this.connections.push(redis);
    await until(() => redis.state() === 'up');
    return { ...this.create({ redis }), redis, downs: () => downs };
  }

  disconnect(): void {
    for (const connection of this.connections.splice(0)) connection.close();
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
