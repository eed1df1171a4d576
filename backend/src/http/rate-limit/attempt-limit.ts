import type { CountedHit, CountedWindow } from './counter.js';
import { windowUsedUp } from './rate-limit.js';

/** An attempt that was counted. */
export interface Attempt {
  /** Takes it back, since it succeeded. Returns at once; what cannot be taken back stays counted. */
  refund(): void;
}

/** Limits how often something may be tried, such as a password. */
export class AttemptLimit {
  /** @param windows the shortest first */
  constructor(private readonly windows: readonly CountedWindow[]) {}

  /**
   * Counts an attempt before its outcome is known, so that of many at once no more than the limit get through. Rejects with
   * `TooManyRequestsError` when a window is used up.
   *
   * @param key of an account (`accountKey`) or of an address (`addressKey`)
   */
  async attempts(key: string): Promise<Attempt> {
    const hits: CountedHit[] = [];
    for (const counted of this.windows) {
      const hit = await counted.count(key);
      const { used, limit, resetTime } = hit.info;
      if (used > limit) throw windowUsedUp(counted.window, resetTime?.getTime() ?? 0);
      hits.push(hit);
    }
    return {
      refund: () => {
        for (const hit of hits) hit.by.takeBack(hit).catch(() => undefined);
      },
    };
  }
}
