import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { hashPassword } from '../src/features/users/password.js';
import type { Role } from '../src/http/caller.js';
import { createUser, type TestUser } from './callers.js';
import type { startApi } from './start-api.js';

type Api = Pick<ReturnType<typeof startApi>, 'client' | 'connections'>;

/** Of everybody who is made here. */
export const PASSWORD = 'a tide of copper lanterns';
export const WRONG_PASSWORD = 'a tide of copper lantern';

/** What a page of Pitwall's own sends along. */
export const PAGE = { 'sec-fetch-site': 'same-origin' };

let hashed: Promise<string> | undefined;

/** Somebody who can sign in with `PASSWORD`, whom no other test knows. */
export async function createPerson(
  pool: Pick<pg.Pool, 'query'>,
  { role = 'viewer' as Role, disabled = false }: { role?: Role; disabled?: boolean } = {},
): Promise<TestUser> {
  // Hashing is made to be slow: once is enough.
  hashed ??= hashPassword(PASSWORD);
  const user = await createUser(pool, { role, disabled });
  await pool.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, await hashed]);
  return user;
}

/** Somebody and the ways in which they call. */
export function people({ client, connections }: Api) {
  const anybody = client(() => ({}));
  const bearing = (token: string) => client(() => ({ authorization: `Bearer ${token}` }));
  const withCookie = (cookie: string) => client(() => ({ cookie, ...PAGE }));
  const logIn = (email: string, password = PASSWORD, kind: 'token' | 'session' = 'token') =>
    anybody.post('/auth/login').send({ email, password, kind });
  return {
    anybody,
    bearing,
    withCookie,
    logIn,
    create: (role: Role = 'viewer') => createPerson(connections().pool, { role }),
    /** Signed in as a browser: the Cookie header, and who calls with it. */
    async browser(user: Pick<TestUser, 'email'>, password = PASSWORD) {
      const answer = await logIn(user.email, password, 'session').expect(200);
      const cookie = cookieOf(answer.headers);
      return { cookie, ...withCookie(cookie) };
    },
    /** Signed in as an API client: its tokens, and who calls with the access token. */
    async apiClient(user: Pick<TestUser, 'email'>, password = PASSWORD) {
      const { body } = await logIn(user.email, password).expect(200);
      const tokens = body as { accessToken: string; refreshToken: string };
      return { ...tokens, ...bearing(tokens.accessToken) };
    },
    refresh: (refreshToken: string) => anybody.post('/auth/refresh').send({ refreshToken }),
    auditOf: async (action: string, actor: Partial<Pick<TestUser, 'id' | 'email'>>) => {
      const { rows } = await connections().pool.query<AuditRow>(
        `SELECT outcome::text, actor_kind AS "actorKind", actor_id AS "actorId", actor_name AS "actorName", details::text
         FROM audit_entries WHERE action = $1 AND (actor_id = $2 OR actor_name = $3) ORDER BY position`,
        [action, actor.id ?? randomUUID(), actor.email ?? null],
      );
      return rows;
    },
  };
}

export interface AuditRow {
  outcome: string;
  actorKind: string;
  actorId: string | null;
  actorName: string | null;
  details: string | null;
}

export type Person = ReturnType<typeof people>;

/** The `name=value` that a Set-Cookie header gives. */
export function cookieOf(headers: Record<string, unknown>): string {
  const [given = ''] = (headers['set-cookie'] as string[] | undefined) ?? [];
  return given.split(';')[0] ?? '';
}
