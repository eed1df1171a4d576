import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { secretHash } from '../src/database/secret-hash.js';
import { newSecretToken } from '../src/features/auth/secret-token.js';
import type { Role, Scope } from '../src/http/caller.js';

export interface TestUser {
  id: string;
  email: string;
  name: string;
  role: Role;
}

/** Somebody without a password, whom no other test knows. */
export async function createUser(
  pool: Pick<pg.Pool, 'query'>,
  { role = 'viewer' as Role, disabled = false }: { role?: Role; disabled?: boolean } = {},
): Promise<TestUser> {
  const id = randomUUID();
  const user = { id, email: `${id}@example.com`, name: `Test ${id.slice(0, 8)}`, role };
  await pool.query(
    `INSERT INTO users (id, email, name, role, disabled_at, updated_at)
     VALUES ($1, $2, $3, $4::role, CASE WHEN $5 THEN now() END, now())`,
    [id, user.email, user.name, role, disabled],
  );
  return user;
}

/** An API token of a user's; one that no clock of a test outlives unless it is said. */
export async function createToken(
  pool: Pick<pg.Pool, 'query'>,
  { id }: Pick<TestUser, 'id'>,
  scopes: Scope[],
  { expiresAt = '9999-12-31', revoked = false }: { expiresAt?: string; revoked?: boolean } = {},
): Promise<string> {
  const token = newSecretToken('pw_');
  await pool.query(
    `INSERT INTO api_tokens (id, user_id, name, scopes, secret_hash, expires_at, revoked_at)
     VALUES ($1, $2, 'test', $3::token_scope[], $4, $5, CASE WHEN $6 THEN now() END)`,
    [randomUUID(), id, `{${scopes.join(',')}}`, secretHash(token), expiresAt, revoked],
  );
  return token;
}
