import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { CountedWindow } from './counter.js';
import { secondsUntil, shortDuration, windowUsedUp, type RateWindow } from './rate-limit.js';

/** How long a refusal is repeated without counting again: a caller who is blocked is to be cheap. */
const REFUSAL_MS = 1_000;

interface WindowStanding {
  window: RateWindow;
  /** `"read-1m"`, quotes included. */
  name: string;
  /** As last seen; nothing is known once `resetsAt`, in milliseconds since 1970, has passed. */
  remaining: number;
  resetsAt: number;
}

interface Standing {
  policy: string;
  windows: WindowStanding[];
  /** By `performance.now()`. The error is thrown again and again: it is the dear part of a refusal. */
  refusal: { error: Error; until: number } | undefined;
}

/** The limit of one class of requests: one or more windows, each of which must have a hit left. */
export class RateLimiter {
  private readonly standings: LRUCache<string, Standing>;

  /**
   * @param name of the class, such as `read`
   * @param windows the shortest first, so that whoever is refused by it spends nothing of the longer ones
   */
  constructor(
    private readonly name: string,
    private readonly windows: readonly CountedWindow[],
    maxKeys: number,
  ) {
    this.standings = new LRUCache({ max: maxKeys });
  }

  /**
   * Counts a request, and leaves in `res.locals.rateHeaders` what its answer is to carry, also when it is refused: names and
   * values in turn, `RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers-08, an item per window.
   * Rejects with `TooManyRequestsError` when a window is used up.
   *
   * @param key who is counted, such as `user:ID` or an address
   */
  async limit(_req: Request, res: Pick<Response, 'locals'>, key: string): Promise<void> {
    const standing = this.standings.get(key) ?? this.firstStanding(key);
    const { refusal } = standing;
    const error = refusal && performance.now() < refusal.until ? refusal.error : await this.count(standing, key);
    res.locals.rateHeaders = headers(standing);
    if (error) throw error;
  }

  /** Answers why the request is refused, if it is. */
  private async count(standing: Standing, key: string): Promise<Error | undefined> {
    for (let index = 0; index < this.windows.length; index++) {
      const { info } = await (this.windows[index] as CountedWindow).count(key);
      const seen = standing.windows[index] as WindowStanding;
      seen.remaining = info.remaining;
      seen.resetsAt = info.resetTime?.getTime() ?? 0;
      if (info.used > info.limit) {
        const error = windowUsedUp(seen.window, seen.resetsAt);
        standing.refusal = { error, until: performance.now() + Math.min(REFUSAL_MS, seen.resetsAt - Date.now()) };
        return error;
      }
    }
    standing.refusal = undefined;
    return undefined;
  }

  private firstStanding(key: string): Standing {
    const partition = partitionKey(key);
    const windows = this.windows.map(({ window }) => {
      const name = `"${this.name}-${shortDuration(window.windowMs)}"`;
      return { window, name, remaining: window.limit, resetsAt: 0 };
    });
    const policies = windows.map(
      ({ name, window }) => `${name}; q=${window.limit}; w=${seconds(window)}; ${partition}`,
    );
    const standing = { policy: policies.join(', '), windows, refusal: undefined };
    this.standings.set(key, standing);
    return standing;
  }
}

function headers({ windows, policy }: Standing): string[] {
  let state = '';
  for (const { name, window, remaining, resetsAt } of windows) {
    const left = secondsUntil(resetsAt);
    if (state !== '') state += ', ';
    state += left > 0 ? `${name}; r=${remaining}; t=${left}` : `${name}; r=${window.limit}; t=${seconds(window)}`;
  }
  return ['RateLimit', state, 'RateLimit-Policy', policy];
}

const seconds = ({ windowMs }: RateWindow) => Math.ceil(windowMs / 1000);

/** Tells callers apart without naming them; made as express-rate-limit makes it. */
function partitionKey(key: string): string {
  return `pk=:${Buffer.from(hash('sha256', key).slice(0, 12)).toString('base64')}:`;
}
