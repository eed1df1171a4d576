import type pg from 'pg';
import type { Database } from '../../database/client.js';
import { prepared } from '../../database/prepared.js';
import type { Role } from '../../http/caller.js';
import type { SessionKind } from './session.schema.js';

/** A session with whom it is of. */
export interface SessionRow {
  id: string;
  lastSeenAt: Date;
  expiresAt: Date;
  userId: string;
  email: string;
  name: string;
  role: Role;
  disabled: boolean;
}

export interface NewSession {
  id: string;
  userId: string;
  kind: SessionKind;
  secretHash: Uint8Array<ArrayBuffer>;
  createdAt: Date;
  expiresAt: Date;
  remote: string | null;
  userAgent: string | null;
}

const columns = {
  id: true,
  kind: true,
  createdAt: true,
  lastSeenAt: true,
  expiresAt: true,
  remote: true,
  userAgent: true,
} as const;

const WITH_USER = `
  SELECT s.id, s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt", u.id AS "userId", u.email, u.name, u.role,
    u.disabled_at IS NOT NULL AS disabled
  FROM sessions s JOIN users u ON u.id = s.user_id`;

export class SessionRepository {
  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly database: Pick<Database, 'session'>,
  ) {}

  /**
   * Answers whether the user could still sign in: is there, is not disabled, and has that password where one is named. The
   * lock lets a change of the user come before, and is seen here, or after, and then finds the session to end.
   */
  async insert(session: NewSession, passwordHash?: string): Promise<boolean> {
    const { id, userId, kind, secretHash, createdAt, expiresAt, remote, userAgent } = session;
    const { rowCount } = await this.pool.query(
      `INSERT INTO sessions (id, user_id, kind, secret_hash, created_at, last_seen_at, expires_at, remote, user_agent)
       SELECT $1, u.id, $3::session_kind, $4, $5, $5, $6, $7, $8 FROM users u
       WHERE u.id = $2 AND u.disabled_at IS NULL AND ($9::text IS NULL OR u.password_hash = $9) FOR SHARE`,
      [id, userId, kind, secretHash, createdAt, expiresAt, remote, userAgent, passwordHash ?? null],
    );
    return rowCount === 1;
  }

  findBySecret(kind: SessionKind, secretHash: Uint8Array): Promise<SessionRow | undefined> {
    return this.find(`${WITH_USER} WHERE s.kind = $1::session_kind AND s.secret_hash = $2`, [kind, secretHash]);
  }

  findById(kind: SessionKind, id: string): Promise<SessionRow | undefined> {
    return this.find(`${WITH_USER} WHERE s.kind = $1::session_kind AND s.id = $2`, [kind, id]);
  }

  async touch(id: string, lastSeenAt: Date): Promise<void> {
    await this.pool.query('UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2', [
      id,
      lastSeenAt,
    ]);
  }

  /** Puts another refresh token in the place of one, which counts as spent from then on. Of two racing exchanges one wins. */
  async exchange(old: Uint8Array, renewed: Uint8Array, now: Date): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ id: string }>(
      `WITH renewed AS (
         UPDATE sessions SET secret_hash = $2, last_seen_at = $3
         WHERE secret_hash = $1 AND kind = 'client' AND expires_at > $3 RETURNING id
       )
       INSERT INTO spent_refresh_tokens (secret_hash, session_id, spent_at) SELECT $1, id, $3 FROM renewed
       RETURNING session_id AS id`,
      [old, renewed, now],
    );
    return rows[0]?.id;
  }

  /** Ends the session in which this refresh token was spent. Answers its id and its user's. */
  async endOfSpent(secretHash: Uint8Array): Promise<{ id: string; userId: string } | undefined> {
    const { rows } = await this.pool.query<{ id: string; userId: string }>(
      `DELETE FROM sessions WHERE id = (SELECT session_id FROM spent_refresh_tokens WHERE secret_hash = $1)
       RETURNING id, user_id AS "userId"`,
      [secretHash],
    );
    return rows[0];
  }

  /** Those that are neither too old nor idle for too long, the latest used first. */
  listOf(userId: string, now: Date, idleSince: Date) {
    return this.database.session.findMany({
      where: { userId, expiresAt: { gt: now }, OR: [{ kind: 'client' }, { lastSeenAt: { gt: idleSince } }] },
      orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
      select: columns,
    });
  }

  async delete(userId: string, id: string): Promise<boolean> {
    const { count } = await this.database.session.deleteMany({ where: { id, userId } });
    return count > 0;
  }

  async deleteBySecret(kind: SessionKind, secretHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { count } = await this.database.session.deleteMany({ where: { kind, secretHash } });
    return count > 0;
  }

  async deleteAll(userId: string, except?: string): Promise<void> {
    await this.database.session.deleteMany({ where: { userId, ...(except && { id: { not: except } }) } });
  }

  /** Ends the expired ones, and of the others all but the latest used. */
  async makeRoom(userId: string, now: Date, idleSince: Date, atMost: number): Promise<void> {
    await this.pool.query(
      `DELETE FROM sessions WHERE user_id = $1 AND (
         expires_at <= $2 OR (kind = 'browser' AND last_seen_at <= $3)
         OR id IN (SELECT id FROM sessions WHERE user_id = $1 ORDER BY last_seen_at DESC, id DESC OFFSET $4)
       )`,
      [userId, now, idleSince, atMost],
    );
  }

  private async find(text: string, values: unknown[]): Promise<SessionRow | undefined> {
    // eslint-disable-next-line pitwall/static-sql -- Both callers hand in the constants above.
    return (await this.pool.query<SessionRow>(prepared(text, values))).rows[0];
  }
}
