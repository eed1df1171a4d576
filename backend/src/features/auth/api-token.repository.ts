import type pg from 'pg';
import type { Database } from '../../database/client.js';
import { isForeignKeyViolation } from '../../database/errors.js';
import { prepared } from '../../database/prepared.js';
import { UnauthenticatedError } from '../../errors.js';
import type { Role, Scope } from '../../http/caller.js';
import type { PageRequest } from '../../http/pagination.js';

/** A token with its owner as they are now. */
export interface ApiTokenRow {
  id: string;
  tokenName: string;
  scopes: Scope[];
  expiresAt: Date;
  lastUsedAt: Date | null;
  revoked: boolean;
  userId: string;
  email: string;
  name: string;
  role: Role;
  disabled: boolean;
}

const columns = {
  id: true,
  name: true,
  scopes: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
  user: { select: { id: true, email: true, name: true } },
} as const;

export type ListedApiToken = Awaited<ReturnType<ApiTokenRepository['list']>>[number];

export class ApiTokenRepository {
  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly database: Pick<Database, 'apiToken'>,
  ) {}

  /** One more than asked for, newest first. */
  list(owner: string | undefined, { limit, cursor }: PageRequest) {
    const before = cursor && {
      OR: [{ createdAt: { lt: new Date(cursor.key) } }, { createdAt: new Date(cursor.key), id: { lt: cursor.id } }],
    };
    return this.database.apiToken.findMany({
      where: { ...(owner && { userId: owner }), ...before },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      select: columns,
    });
  }

  /** Throws `UnauthenticatedError` when the user is gone meanwhile. */
  async insert(token: {
    id: string;
    userId: string;
    name: string;
    scopes: Scope[];
    secretHash: Uint8Array<ArrayBuffer>;
    createdAt: Date;
    expiresAt: Date;
  }) {
    try {
      return await this.database.apiToken.create({ data: token, select: columns });
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new UnauthenticatedError('The user does not exist any more.', { cause: error });
    }
  }

  async findBySecret(secretHash: Uint8Array): Promise<ApiTokenRow | undefined> {
    const { rows } = await this.pool.query<ApiTokenRow>(
      prepared(
        `SELECT t.id, t.name AS "tokenName", t.scopes::text[] AS scopes, t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt",
           t.revoked_at IS NOT NULL AS revoked, u.id AS "userId", u.email, u.name, u.role, u.disabled_at IS NOT NULL AS disabled
         FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.secret_hash = $1`,
        [secretHash],
      ),
    );
    return rows[0];
  }

  async touch(id: string, usedAt: Date): Promise<void> {
    await this.pool.query(
      'UPDATE api_tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)',
      [id, usedAt],
    );
  }

  /** Answers whether there is such a token, of that owner where one is named; one that was revoked before stays so. */
  async revoke(id: string, owner: string | undefined, revokedAt: Date): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'UPDATE api_tokens SET revoked_at = coalesce(revoked_at, $3) WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2)',
      [id, owner, revokedAt],
    );
    return rowCount === 1;
  }
}
