import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

/** An HTTP answer as it goes out. Shared by all its readers: not to be changed. */
export interface CachedAnswer {
  readonly body: Buffer;
  /** Strong, quotes included, always of `ETAG_LENGTH` characters. */
  readonly etag: string;
}

export const ETAG_LENGTH = 29;

/** A larger answer would hold up the commands behind it for too long. */
const LARGEST_BYTES = 1024 * 1024;

/** A kind's generation, started when there is none, and the entry: one round trip, and nothing in between. */
const READ_SCRIPT = `
local generation = redis.call('GET', KEYS[1])
if not generation then
  generation = ARGV[1]
  redis.call('SET', KEYS[1], generation)
end
return {generation, redis.call('GET', KEYS[2])}`;

/** An entry is the generation it belongs to (a UUID), the ETag, then the body, byte for byte. */
const ETAG_AT = 36;
const BODY_AT = ETAG_AT + ETAG_LENGTH;

/**
 * Answers kept in Redis for all replicas. Each kind has a generation, and an entry is valid only under the one it was
 * written for, so replacing the generation drops the whole kind. Generations are random and never come back, so
 * that neither FLUSHALL nor the eviction of a generation can make an old entry valid again.
 */
export class SharedAnswers<Kind extends string> {
  private readonly lastDrop = new Map<Kind, string>();
  /** Kinds whose drop Redis did not take: their entries are not to be read before it does. */
  private readonly undropped = new Set<Kind>();

  constructor(private readonly client: Pick<Redis, 'callBuffer' | 'set'>) {}

  /** The entry, if there is a valid one, and the generation for `store`. Rejects when Redis does not answer. */
  async read(kind: Kind, key: string): Promise<{ generation: string; answer?: CachedAnswer }> {
    if (this.undropped.has(kind)) return { generation: await this.startGeneration(kind) };

    const keys = [generationKey(kind), entryKey(kind, key)];
    const reply = await this.client.callBuffer('EVAL', READ_SCRIPT, keys.length, ...keys, randomUUID());
    const [generation, entry] = reply as [Buffer, Buffer | null];
    if (!entry?.subarray(0, ETAG_AT).equals(generation)) return { generation: generation.toString('latin1') };
    return {
      generation: generation.toString('latin1'),
      answer: {
        etag: entry.toString('latin1', ETAG_AT, BODY_AT),
        // Copied: the entry may be a view that keeps a much larger network buffer alive.
        body: Buffer.from(entry.subarray(BODY_AT)),
      },
    };
  }

  /** `generation` is the one read before the answer was made. Never rejects. */
  async store(kind: Kind, key: string, generation: string, answer: CachedAnswer, ttlSeconds: number): Promise<void> {
    if (answer.body.length > LARGEST_BYTES) return;
    const entry = Buffer.concat([Buffer.from(generation + answer.etag, 'latin1'), answer.body]);
    await this.client.set(entryKey(kind, key), entry, 'EX', ttlSeconds).catch(() => undefined);
  }

  /** Never rejects: a drop that Redis did not take is made up for by the next read or drop of this process. */
  async drop(kinds: readonly Kind[]): Promise<void> {
    const due = [...new Set([...kinds, ...this.undropped])];
    await Promise.all(due.map((kind) => this.startGeneration(kind).catch(() => undefined)));
  }

  private async startGeneration(kind: Kind): Promise<string> {
    const generation = randomUUID();
    this.lastDrop.set(kind, generation);
    try {
      await this.client.set(generationKey(kind), generation);
      if (this.lastDrop.get(kind) === generation) this.undropped.delete(kind);
      return generation;
    } catch (error) {
      if (this.lastDrop.get(kind) === generation) this.undropped.add(kind);
      throw error;
    }
  }
}

// In braces: the part of a key that decides the slot, so that both keys of the script are on one node of a cluster.
const generationKey = (kind: string) => `pitwall:generation:{${kind}}`;
const entryKey = (kind: string, key: string) => `pitwall:answer:{${kind}}:${key}`;
