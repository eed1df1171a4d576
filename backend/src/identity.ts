import type { Outside } from './dependencies.js';
import { AuditRepository } from './features/audit/audit.repository.js';
import { AuditService } from './features/audit/audit.service.js';
import { accessTokenKey, AccessTokens } from './features/auth/access-token.js';
import { ApiTokenRepository } from './features/auth/api-token.repository.js';
import { ApiTokenService } from './features/auth/api-token.service.js';
import { Authenticator } from './features/auth/authenticator.js';
import { IdentityChanges } from './features/auth/identity-changes.js';
import { SessionCookie } from './features/auth/session-cookie.js';
import { SessionRepository } from './features/auth/session.repository.js';
import { SessionService } from './features/auth/session.service.js';
import { SignInService } from './features/auth/sign-in.service.js';
import { AccountLinkRepository } from './features/users/account-link.repository.js';
import { AccountService } from './features/users/account.service.js';
import { userTransactions } from './features/users/transactions.js';
import { UserRepository } from './features/users/user.repository.js';
import { UserService } from './features/users/user.service.js';
import { Origins } from './http/origins.js';
import type { Protection } from './http/protection.js';
import { createRateLimits } from './http/rate-limit/rate-limits.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The part of the composition root that is about people: what they sign in with, and what stands before the endpoints. */
export function createIdentity({ connections, redis, events, secretKey, config, now, monotonicNow }: Outside) {
  const { pool, database } = connections;
  const { publicUrl } = config.http;
  const { sessionIdleMinutes, sessionMaxHours, clientSessionMaxDays, accessTokenMinutes } = config.identity;
  const identityChanges = new IdentityChanges(pool);
  const limits = {
    idleMs: sessionIdleMinutes * MINUTE_MS,
    browserMs: sessionMaxHours * HOUR_MS,
    clientMs: clientSessionMaxDays * 24 * HOUR_MS,
  };
  const sessions = new SessionService(new SessionRepository(pool, database), identityChanges, limits, now);
  const access = { endSessions: (userId: string) => sessions.endAll(userId) };
  const transact = userTransactions(database);
  const people = new UserRepository(database);
  const users = new UserService(people, transact, access, publicUrl, now);
  const links = new AccountLinkRepository(database);
  const accounts = new AccountService(people, links, transact, access, publicUrl, now);
  const apiTokens = new ApiTokenService(new ApiTokenRepository(pool, database), identityChanges, now);
  const lifetimeSeconds = accessTokenMinutes * 60;
  const accessTokens = new AccessTokens(accessTokenKey(secretKey), { issuer: publicUrl, lifetimeSeconds, now });
  const sessionCookie = new SessionCookie(publicUrl.startsWith('https:'));
  const audit = new AuditService(new AuditRepository(pool), events, now);
  const rateLimits = createRateLimits({ limits: config.rateLimits, redis, events });
  const signIns = new SignInService(users, sessions, accessTokens, rateLimits.attemptLimit, audit, lifetimeSeconds);
  const authenticator = new Authenticator(
    sessions,
    apiTokens,
    accessTokens,
    sessionCookie,
    identityChanges,
    monotonicNow,
  );
  const origins = new Origins(config.http);
  const protection: Protection = {
    identify: (request, options) => authenticator.identify(request, options),
    limit: (rate, req, res, key) => rateLimits.limiters[rate].limit(req, res, key),
    checkSameOrigin: (request) => origins.checkSameOrigin(request),
    record: (entry) => audit.record(entry),
    onIdentityChange: (callback) => identityChanges.onChange(callback),
  };
  return {
    accounts,
    apiTokens,
    audit,
    identityChanges,
    origins,
    protection,
    rateLimits,
    sessionCookie,
    sessions,
    signIns,
    users,
  };
}
