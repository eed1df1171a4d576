import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { Caller } from './caller.js';
import type { RateClass } from './endpoint.js';

/** What the audit log is told by the kernel. */
export interface AuditRecord {
  action: string;
  outcome: 'succeeded' | 'denied' | 'failed';
  actor: { kind: 'user' | 'api token' | 'anonymous'; id?: string; name?: string };
  target?: { kind: string; id: string };
  remote?: string;
  requestId?: string;
  details?: Record<string, unknown>;
}

/** What stands before the endpoints. The kernel asks; features answer. */
export interface Protection {
  /**
   * Who asks, by a bearer token or else by the session cookie; undefined where there is neither. Throws, or rejects with,
   * `UnauthenticatedError` where there is one and it is not valid. With `touch: false` it does not count as use of it.
   */
  identify(request: IncomingMessage, options?: { touch: boolean }): Caller | undefined | Promise<Caller | undefined>;
  /** Counts the request. Throws, or rejects with, `TooManyRequestsError`. */
  limit(rate: Exclude<RateClass, 'none'>, req: Request, res: Response, key: string): void | Promise<void>;
  /** Throws `ForbiddenError` where a request that carries the cookie may have been made by another site's page. */
  checkSameOrigin(request: IncomingMessage): void;
  /** Resolves once it is written. */
  record(entry: AuditRecord): Promise<void>;
  /** Calls back whenever somebody's rights may have changed. Answers how to stop it. */
  onIdentityChange(callback: () => void): () => void;
}

export const actorOf = (caller: Caller | undefined): AuditRecord['actor'] => {
  if (!caller) return { kind: 'anonymous' };
  return caller.kind === 'api token'
    ? { kind: 'api token', id: caller.credentialId, name: caller.tokenName ?? caller.email }
    : { kind: 'user', id: caller.userId, name: caller.email };
};

export const rateKeyOf = (caller: Caller): string =>
  caller.kind === 'api token' ? `token:${caller.credentialId}` : `user:${caller.userId}`;
