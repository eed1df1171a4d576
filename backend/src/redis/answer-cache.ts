import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { RedisConnection } from './client.js';
import { ETAG_LENGTH, SharedAnswers, type CachedAnswer } from './shared-answers.js';

export type { CachedAnswer };

/**
 * Where a read found its answer: in this process (also: in a read already under way), in Redis, or nowhere.
 * `error`: nowhere, because Redis did not answer.
 */
export type CacheOutcome = 'local' | 'redis' | 'miss' | 'error';

export interface AnswerCacheOptions<Kind extends string> {
  /** Without it, the answers are kept in this process alone. */
  redis?: Pick<RedisConnection, 'client'> | undefined;
  kinds: Record<Kind, { ttlSeconds: number }>;
  events: { cacheRead(kind: Kind, outcome: CacheOutcome): void };
  /** With Redis: how long another replica's drop may go unnoticed here. */
  localTtlMs?: number;
  maxLocalBytes?: number;
  /** Milliseconds of a monotonic clock that does not start at 0. */
  now?: () => number;
}

interface LocalAnswer {
  answer: CachedAnswer;
  generation: number;
}

interface Flight {
  answer: Promise<CachedAnswer>;
  generation: number;
}

const LONGEST_KEY_BYTES = 200;
/** About what an entry costs beside its body. */
const ENTRY_OVERHEAD_BYTES = 300;

/**
 * Ready HTTP answers, as bytes: a small LRU in the process, Redis behind it, and the caller's `produce` behind both.
 * Redis is never needed: without an answer from it, answers are produced.
 */
export class AnswerCache<Kind extends string> {
  private readonly kinds: Record<Kind, { ttlSeconds: number }>;
  private readonly events: AnswerCacheOptions<Kind>['events'];
  private readonly longestLocalTtlMs: number;
  private readonly shared: SharedAnswers<Kind> | undefined;
  private readonly local: LRUCache<string, LocalAnswer>;
  /** Counts the drops of each kind: what was begun before one is not kept after it. */
  private readonly generations = new Map<Kind, number>();
  private readonly flights = new Map<string, Flight>();
  private readonly stores = new Set<Promise<void>>();

  constructor({
    redis,
    kinds,
    events,
    localTtlMs = 1_000,
    maxLocalBytes = 64 * 1024 * 1024,
    now,
  }: AnswerCacheOptions<Kind>) {
    this.kinds = kinds;
    this.events = events;
    this.shared = redis && new SharedAnswers(redis.client);
    this.longestLocalTtlMs = redis ? localTtlMs : Infinity;
    this.local = new LRUCache({
      maxSize: maxLocalBytes,
      ttlResolution: 0,
      ...(now && { perf: { now } }),
    });
  }

  /**
   * The answer of `kind` and `key`, which must name everything that the answer depends on, its readers' rights included.
   * Concurrent readers share one `produce`; when that fails, each of them gets its error and nothing is kept.
   */
  read(kind: Kind, key: string, produce: () => Promise<string | Buffer>): Promise<CachedAnswer> {
    const boundedKey = boundKey(key);
    const id = `${kind}:${boundedKey}`;
    const generation = this.generationOf(kind);

    const kept = this.local.get(id);
    if (kept?.generation === generation) {
      this.events.cacheRead(kind, 'local');
      return Promise.resolve(kept.answer);
    }
    const underWay = this.flights.get(id);
    if (underWay?.generation === generation) {
      this.events.cacheRead(kind, 'local');
      return underWay.answer;
    }

    const keep = (answer: CachedAnswer) => {
      if (this.generationOf(kind) !== generation) return;
      const ttl = Math.min(this.longestLocalTtlMs, this.kinds[kind].ttlSeconds * 1_000);
      this.local.set(id, { answer, generation }, { ttl, size: answer.body.length + ENTRY_OVERHEAD_BYTES });
    };
    const flight = { generation, answer: this.fetch(kind, boundedKey, produce, keep) };
    this.flights.set(id, flight);
    const land = () => {
      if (this.flights.get(id) === flight) this.flights.delete(id);
    };
    flight.answer.then(land, land);
    return flight.answer;
  }

  /**
   * Forgets every answer of these kinds, here and in Redis. To be called after the change is committed, or an answer
   * made of the old rows may be kept. Never rejects; what Redis did not take lives there for at most its kind's TTL.
   */
  async drop(kinds: readonly Kind[]): Promise<void> {
    this.dropLocal(kinds);
    await this.shared?.drop(kinds);
  }

  /** For a change that another process has dropped from Redis already. */
  dropLocal(kinds: readonly Kind[]): void {
    for (const kind of kinds) this.generations.set(kind, this.generationOf(kind) + 1);
  }

  /** Waits for what is still being written to Redis. */
  async close(): Promise<void> {
    await Promise.all(this.stores);
    this.local.clear();
  }

  private async fetch(
    kind: Kind,
    key: string,
    produce: () => Promise<string | Buffer>,
    keep: (answer: CachedAnswer) => void,
  ): Promise<CachedAnswer> {
    const found = await this.shared?.read(kind, key).catch(() => 'error' as const);
    if (found === 'error') {
      this.events.cacheRead(kind, 'error');
    } else if (found?.answer) {
      this.events.cacheRead(kind, 'redis');
      keep(found.answer);
      return found.answer;
    } else {
      this.events.cacheRead(kind, 'miss');
    }

    const answer = toAnswer(await produce());
    keep(answer);
    if (found && found !== 'error') this.store(kind, key, found.generation, answer);
    return answer;
  }

  /** Nobody waits for it. */
  private store(kind: Kind, key: string, generation: string, answer: CachedAnswer): void {
    const store = this.shared?.store(kind, key, generation, answer, this.kinds[kind].ttlSeconds);
    if (!store) return;
    this.stores.add(store);
    void store.then(() => this.stores.delete(store));
  }

  private generationOf(kind: Kind): number {
    return this.generations.get(kind) ?? 0;
  }
}

/** The first character tells the two forms apart, so that no key can be written as the hash of another. */
function boundKey(key: string): string {
  return Buffer.byteLength(key) > LONGEST_KEY_BYTES ? `#${hash('sha256', key, 'base64url')}` : `=${key}`;
}

function toAnswer(produced: string | Buffer): CachedAnswer {
  const body = typeof produced === 'string' ? Buffer.from(produced) : produced;
  // 27 characters carry 162 bits of the hash: enough never to meet the same tag twice.
  return { body, etag: `"${hash('sha256', body, 'base64url').slice(0, ETAG_LENGTH - 2)}"` };
}
