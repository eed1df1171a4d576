import type { Request, Response } from 'express';
import { rateLimit, type RateLimitInfo, type RateLimitRequestHandler, type Store } from 'express-rate-limit';
import type { RedisConnection } from '../../redis/client.js';
import type { RateWindow } from './rate-limit.js';

/** A hit and what became of it: it is refused when `info.used` is more than `info.limit`. */
export interface CountedHit {
  key: string;
  info: RateLimitInfo;
  by: Counter;
}

const NO_RESPONSE = {} as Response;
const refuseLater = () => undefined;

/**
 * One window under express-rate-limit, which counts and decides. It is set up to do no more: its headers, its checks of the
 * set-up and its answer would cost twice as much as the rest. All it then needs of a request is a place for its decision.
 */
export class Counter {
  private readonly middleware: RateLimitRequestHandler;

  constructor(
    window: RateWindow,
    private readonly store: Store,
  ) {
    this.middleware = rateLimit({
      ...window,
      store,
      requestPropertyName: 'info' satisfies keyof CountedHit,
      keyGenerator: (hit) => (hit as unknown as CountedHit).key,
      handler: refuseLater,
      standardHeaders: false,
      legacyHeaders: false,
      validate: false,
    });
  }

  /** Rejects with what the store rejects with. */
  async count(key: string): Promise<CountedHit> {
    const hit: Partial<CountedHit> = { key, info: undefined as never, by: this };
    let failure: unknown;
    await this.middleware(hit as Request, NO_RESPONSE, (error) => {
      failure = error;
    });
    if (failure !== undefined) throw failure;
    return hit as CountedHit;
  }

  /** Unless the window of the hit is over. */
  async takeBack({ key, info: { resetTime } }: CountedHit): Promise<void> {
    if (resetTime !== undefined && resetTime.getTime() > Date.now()) await this.store.decrement(key);
  }

  close(): void {
    void this.store.shutdown?.();
  }
}

export interface SharedCounter {
  counter: Counter;
  redis: Pick<RedisConnection, 'state'>;
  /** Called for each hit that is counted without Redis. */
  onAway: () => void;
}

/** A window that is counted in Redis and, while that does not answer, in this process. */
export class CountedWindow {
  constructor(
    readonly window: RateWindow,
    private readonly local: Counter,
    private readonly shared?: SharedCounter,
  ) {}

  count(key: string): Promise<CountedHit> {
    const { local, shared } = this;
    if (!shared) return local.count(key);
    const countAlone = () => {
      shared.onAway();
      return local.count(key);
    };
    // The state first: a command that is refused costs an error. Whatever fails here, a caller is not to suffer from it.
    return shared.redis.state() === 'up' ? shared.counter.count(key).catch(countAlone) : countAlone();
  }

  close(): void {
    this.local.close();
  }
}
