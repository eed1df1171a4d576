import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { NotFoundError, UnauthenticatedError } from '../../errors.js';
import { rightsOf, type Caller } from '../../http/caller.js';
import type { IdentityChanges } from './identity-changes.js';
import { secretHash } from '../../database/secret-hash.js';
import { isSecretToken, newSecretToken } from './secret-token.js';
import type { SessionRepository, SessionRow } from './session.repository.js';
import type { SessionKind } from './session.schema.js';

/** From where a session was opened, for its owner to know it by. */
export interface Origin {
  remote: string;
  userAgent: string | undefined;
}

export interface SessionLimits {
  /** Of a browser's session. */
  idleMs: number;
  browserMs: number;
  clientMs: number;
}

export interface OpenedSession {
  id: string;
  /** The cookie's value, or the refresh token. It is kept as a hash only. */
  secret: string;
  expiresAt: Date;
}

const COOKIE_SECRET_BYTES = 32;
const TOUCH_EVERY_MS = 60_000;
/** Of one user: a script that signs in at each run must not fill the table. */
const MAX_SESSIONS = 100;
const MAX_USER_AGENT_LENGTH = 256;

/**
 * Who is signed in, in PostgreSQL: neither a restart nor an emptied Redis signs anybody out, or anybody in again
 * (docs/decisions/0006).
 */
export class SessionService {
  constructor(
    private readonly sessions: Pick<
      SessionRepository,
      | 'insert'
      | 'findBySecret'
      | 'findById'
      | 'touch'
      | 'exchange'
      | 'endOfSpent'
      | 'listOf'
      | 'delete'
      | 'deleteBySecret'
      | 'deleteAll'
      | 'makeRoom'
    >,
    private readonly changes: Pick<IdentityChanges, 'announce'>,
    private readonly limits: SessionLimits,
    private readonly now: () => Date,
  ) {}

  /**
   * Answers undefined when the user may not sign in any more.
   *
   * @param passwordHash what the password was checked by: that takes long, and it may be another by now.
   */
  async open(
    userId: string,
    kind: SessionKind,
    { remote, userAgent }: Origin,
    passwordHash?: string,
  ): Promise<OpenedSession | undefined> {
    const createdAt = this.now();
    const lifetimeMs = kind === 'browser' ? this.limits.browserMs : this.limits.clientMs;
    const session = { id: uuidv7(), expiresAt: new Date(createdAt.getTime() + lifetimeMs) };
    const secret = kind === 'browser' ? randomBytes(COOKIE_SECRET_BYTES).toString('base64url') : newSecretToken('pwr_');
    await this.sessions.makeRoom(userId, createdAt, this.idleSince(), MAX_SESSIONS - 1);
    const row = {
      ...session,
      userId,
      kind,
      secretHash: secretHash(secret),
      createdAt,
      remote: remote.slice(0, 64) || null,
      userAgent: userAgent?.toWellFormed().replaceAll('\0', '').slice(0, MAX_USER_AGENT_LENGTH) ?? null,
    };
    return (await this.sessions.insert(row, passwordHash)) ? { ...session, secret } : undefined;
  }

  /** Whose cookie this is. To ask is to use it, unless it is said not to be. */
  async callerOfCookie(secret: string, touch = true): Promise<Caller> {
    const session = this.valid(await this.sessions.findBySecret('browser', secretHash(secret)), this.idleSince());
    const now = this.now();
    const seenLongAgo = now.getTime() - session.lastSeenAt.getTime() > TOUCH_EVERY_MS;
    if (touch && seenLongAgo) await this.sessions.touch(session.id, now);
    return callerOf('session', session);
  }

  /** Whose access token this is, by the session that it names. */
  async callerOfSession(id: string): Promise<Caller> {
    return callerOf('access token', this.valid(await this.sessions.findById('client', id)));
  }

  /**
   * Another refresh token for this one, which is spent by it. One that was spent before was stolen, now or then: its
   * session ends, and `onStolen` is told whose (RFC 9700, 4.14.2).
   */
  async refresh(
    refreshToken: string,
    onStolen: (session: { id: string; userId: string }) => Promise<void>,
  ): Promise<{ caller: Caller; session: OpenedSession }> {
    const refused = new UnauthenticatedError('The refresh token is not valid: sign in again.');
    if (!isSecretToken('pwr_', refreshToken)) throw refused;
    const secret = newSecretToken('pwr_');
    const id = await this.sessions.exchange(secretHash(refreshToken), secretHash(secret), this.now());
    if (id === undefined) {
      const stolen = await this.sessions.endOfSpent(secretHash(refreshToken));
      if (stolen) {
        await this.changes.announce();
        await onStolen(stolen);
      }
      throw refused;
    }
    const session = this.valid(await this.sessions.findById('client', id));
    return { caller: callerOf('access token', session), session: { id, secret, expiresAt: session.expiresAt } };
  }

  async list({ userId, credentialId }: Pick<Caller, 'userId' | 'credentialId'>) {
    const sessions = await this.sessions.listOf(userId, this.now(), this.idleSince());
    return sessions.map((session) => ({ ...session, current: session.id === credentialId }));
  }

  /** Ends the caller's own session. That it was ended meanwhile is no matter. */
  async close({ userId, credentialId }: Pick<Caller, 'userId' | 'credentialId'>): Promise<void> {
    await this.sessions.delete(userId, credentialId);
    await this.changes.announce();
  }

  async end(userId: string, id: string): Promise<void> {
    if (!(await this.sessions.delete(userId, id))) throw new NotFoundError(`You have no session ${id}.`);
    await this.changes.announce();
  }

  /** Ends the session of a cookie, if it is one: whoever signs in anew leaves the old session (ASVS 5.0, 7.2.4). */
  async endOfCookie(secret: string): Promise<void> {
    if (await this.sessions.deleteBySecret('browser', secretHash(secret))) await this.changes.announce();
  }

  /** Ends every session of a user, but the one to keep. */
  async endAll(userId: string, except?: string): Promise<void> {
    await this.sessions.deleteAll(userId, except);
    await this.changes.announce();
  }

  private valid(session: SessionRow | undefined, idleSince?: Date): SessionRow {
    const ended = !session || session.disabled || session.expiresAt <= this.now();
    if (ended || (idleSince && session.lastSeenAt <= idleSince)) {
      throw new UnauthenticatedError('The session has ended: sign in again.');
    }
    return session;
  }

  private idleSince(): Date {
    return new Date(this.now().getTime() - this.limits.idleMs);
  }
}

const callerOf = (kind: 'session' | 'access token', { id, userId, email, name, role }: SessionRow): Caller => ({
  kind,
  credentialId: id,
  userId,
  email,
  name,
  role,
  rights: rightsOf(role),
});
