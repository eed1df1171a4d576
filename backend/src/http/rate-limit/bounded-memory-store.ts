import { MemoryStore, type ClientRateLimitInfo, type Options, type Store } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';

/** express-rate-limit's counters in memory, of which the least recently used are forgotten beyond `maxKeys`. */
export class BoundedMemoryStore implements Store {
  readonly localKeys = true;
  private readonly memory = new MemoryStore();
  private readonly used: LRUCache<string, true>;

  constructor(maxKeys: number) {
    this.used = new LRUCache({ max: maxKeys, dispose: (_value, key) => void this.memory.resetKey(key) });
  }

  init(options: Options): void {
    this.memory.init(options);
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    this.used.set(key, true);
    const counted = this.memory.increment(key);
    // What it resolves with goes on counting, and would tell each of many hits at once that it was the last one.
    const { totalHits, resetTime } = this.memory.current.get(key) ?? (await counted);
    return { totalHits, resetTime };
  }

  decrement(key: string): Promise<void> {
    return this.memory.decrement(key);
  }

  async resetKey(key: string): Promise<void> {
    this.used.delete(key);
  }

  shutdown(): void {
    this.memory.shutdown();
  }
}
