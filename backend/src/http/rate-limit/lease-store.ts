import type { ClientRateLimitInfo, Store } from 'express-rate-limit';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

/** The hits that one call may bring. */
const LARGEST_SLICE = 200;
/** The part of what remains that one process may hold back from the others: an eighth. */
const SHARE = 8;

/**
 * Takes hits off the window's budget, never more than remain, and answers how many it took, how many remain and the
 * milliseconds until the window ends. ARGV: limit, window in ms, hits waited for, the largest slice, the share.
 */
const LEASE_SCRIPT = `
local limit, wanted = tonumber(ARGV[1]), tonumber(ARGV[3])
local ends = redis.call('PTTL', KEYS[1])
local used = ends > 0 and tonumber(redis.call('GET', KEYS[1])) or 0
local left = limit - used
if left <= 0 then return {0, 0, ends} end
local slice = math.min(tonumber(ARGV[4]), math.floor(left / tonumber(ARGV[5])))
local taken = math.min(left, math.max(wanted, slice))
if ends > 0 then
  redis.call('INCRBY', KEYS[1], taken)
else
  ends = tonumber(ARGV[2])
  redis.call('SET', KEYS[1], taken, 'PX', ends)
end
return {taken, left - taken, ends}`;

interface Lease {
  /** Hits that were taken from Redis and not yet made. */
  spare: number;
  /** What Redis had left besides. */
  remaining: number;
  /** By `performance.now()`, never later than the end of the window in Redis. */
  endsAt: number;
  resetTime: Date;
}

interface Flight {
  wanted: number;
  landed: Promise<void>;
}

export interface LeaseStoreOptions {
  client: Pick<Redis, 'call'>;
  prefix: string;
  limit: number;
  windowMs: number;
  maxKeys: number;
}

/**
 * Counters that all processes share over Redis. A process takes a slice of a key's budget with one call and spends it without
 * another, so that the limit holds over all of them; what one has taken and does not spend is lost to the others until the
 * window ends. Rejects when Redis does not answer.
 */
export class LeaseStore implements Store {
  private readonly leases: LRUCache<string, Lease>;
  private readonly flights = new Map<string, Flight>();

  constructor(private readonly options: LeaseStoreOptions) {
    this.leases = new LRUCache({ max: options.maxKeys });
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    for (;;) {
      const lease = this.leases.get(key);
      if (lease && performance.now() < lease.endsAt) {
        if (lease.spare > 0) return this.spend(lease);
        if (lease.remaining === 0) return { totalHits: this.options.limit + 1, resetTime: lease.resetTime };
      }
      await this.renew(key);
    }
  }

  /** What was taken from Redis is not given back. */
  async decrement(): Promise<void> {}

  async resetKey(key: string): Promise<void> {
    this.leases.delete(key);
    await this.options.client.call('DEL', this.options.prefix + key);
  }

  private spend(lease: Lease): ClientRateLimitInfo {
    lease.spare--;
    return { totalHits: this.options.limit - lease.remaining - lease.spare, resetTime: lease.resetTime };
  }

  /** Those who wait for the same key share a call, which asks for as many hits. */
  private renew(key: string): Promise<void> {
    const under = this.flights.get(key);
    if (under) {
      under.wanted++;
      return under.landed;
    }
    const flight: Flight = { wanted: 1, landed: Promise.resolve() };
    this.flights.set(key, flight);
    flight.landed = this.fly(key, flight).finally(() => this.flights.delete(key));
    return flight.landed;
  }

  private async fly(key: string, flight: Flight): Promise<void> {
    // Those whom the last flight left empty-handed come one after the other, now.
    await undefined;
    const { client, prefix, limit, windowMs } = this.options;
    const sentAt = performance.now();
    const args = [prefix + key, limit, windowMs, flight.wanted, LARGEST_SLICE, SHARE];
    const [taken, remaining, ends] = (await client.call('EVAL', LEASE_SCRIPT, 1, ...args)) as [number, number, number];
    this.leases.set(key, {
      spare: taken,
      remaining,
      // Redis has whole milliseconds, and may have begun the present one before the call.
      endsAt: sentAt + ends - 1,
      resetTime: new Date(Date.now() + ends),
    });
  }
}
