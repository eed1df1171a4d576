/** What one group may hold. */
export interface GroupLimits {
  maxItems: number;
  maxBytes: number;
  /** Refused beyond: items that wait hold their bodies in memory. */
  maxWaitingBytes: number;
}

interface Waiting<Item, Result> {
  item: Item;
  bytes: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export class GroupCommitOverload extends Error {
  override readonly name = 'GroupCommitOverload';
}

/**
 * Natural group commit: what arrives while a write is under way shares the next one. There is no timer, so a lone item
 * is written at once, and under load the groups grow by themselves. An item's promise settles after its group's commit.
 */
export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | undefined;

  constructor(
    /** Writes a group in one commit; answers a result for each item, in order. */
    private readonly write: (items: Item[]) => Promise<Result[]>,
    /** Whether a failed group is worth writing item by item, so that only the faulty one fails. */
    private readonly isItemsFault: (error: unknown) => boolean,
    private readonly limits: GroupLimits,
  ) {}

  add(item: Item, bytes: number): Promise<Result> {
    if (this.waitingBytes + bytes > this.limits.maxWaitingBytes && this.waiting.length > 0) {
      return Promise.reject(new GroupCommitOverload('More waits to be written than fits in memory.'));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, bytes, resolve, reject });
      this.waitingBytes += bytes;
      this.writing ??= this.writeAll();
    });
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.writing) await this.writing;
  }

  private async writeAll(): Promise<void> {
    // One turn of the event loop, so that what arrived in the same turn joins the first group.
    await new Promise(setImmediate);
    while (this.waiting.length > 0) await this.writeGroup(this.nextGroup());
    this.writing = undefined;
  }

  private nextGroup(): Waiting<Item, Result>[] {
    const { maxItems, maxBytes } = this.limits;
    let count = 0;
    let bytes = 0;
    for (const { bytes: more } of this.waiting) {
      if (count === maxItems || (count > 0 && bytes + more > maxBytes)) break;
      count++;
      bytes += more;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async writeGroup(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.write(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (group.length > 1 && this.isItemsFault(error)) {
        for (const item of group) await this.writeGroup([item]);
      } else for (const { reject } of group) reject(error);
    }
  }
}
