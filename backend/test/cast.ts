import type { Role, Scope } from '../src/http/caller.js';
import { createToken, createUser, type TestUser } from './callers.js';
import type { startApi } from './start-api.js';

type Api = Pick<ReturnType<typeof startApi>, 'connections' | 'services' | 'signIn'>;
type Credential = 'session' | 'jwt' | `${Scope} token`;

const ORIGIN = { remote: '127.0.0.1', userAgent: 'test' };

/** Headers of somebody of that role with a credential of that kind; each call is somebody else. */
export async function callerOf(api: Api, role: Role, credential: Credential): Promise<Record<string, string>> {
  if (credential === 'session') return (await api.signIn(role)).headers;
  const { pool } = api.connections();
  const user = await createUser(pool, { role });
  if (credential === 'jwt') return bearer(await accessTokenOf(api, user));
  return bearer(await createToken(pool, user, [credential.split(' ')[0] as Scope]));
}

/** Headers of a browser's session. */
export async function sessionOf(api: Api, user: TestUser) {
  const { sessions, sessionCookie } = api.services();
  const opened = await sessions.open(user.id, 'browser', ORIGIN);
  return { cookie: `${sessionCookie.name}=${opened?.secret}`, 'sec-fetch-site': 'same-origin' };
}

/** A JWT of an API client's session. */
export async function accessTokenOf(api: Api, user: TestUser): Promise<string> {
  const { sessions, signIns } = api.services();
  const session = await sessions.open(user.id, 'client', ORIGIN);
  if (!session) throw new Error(`${user.email} cannot sign in.`);
  return (await signIns.tokensOf({ user, session })).accessToken;
}

/** Headers that look like somebody's, and no longer are, or never were; by what is wrong with them. */
export async function impostors(api: Api): Promise<Record<string, Record<string, string>>> {
  const { pool } = api.connections();
  const newAdmin = () => createUser(pool, { role: 'admin' });
  const [admin, disabled] = [await newAdmin(), await newAdmin()];
  const token = (user: TestUser, options = {}) => createToken(pool, user, ['admin'], options);
  const session = (user: TestUser) => sessionOf(api, user);
  const [old, idler, gone] = [await newAdmin(), await newAdmin(), await newAdmin()];
  const [expired, idle, ended] = [await session(old), await session(idler), await session(gone)];
  const jwtOfEnded = await accessTokenOf(api, gone);
  await pool.query(`UPDATE sessions SET expires_at = '2020-01-01' WHERE user_id = $1`, [old.id]);
  await pool.query(`UPDATE sessions SET last_seen_at = '2020-01-01' WHERE user_id = $1`, [idler.id]);
  await pool.query(`DELETE FROM sessions WHERE user_id = $1`, [gone.id]);
  const jwt = await accessTokenOf(api, await newAdmin());
  const found = {
    'an expired token': bearer(await token(admin, { expiresAt: '2020-01-01' })),
    'a revoked token': bearer(await token(admin, { revoked: true })),
    'the token of a disabled user': bearer(await token(disabled)),
    'the JWT of a disabled user': bearer(await accessTokenOf(api, disabled)),
    'the session of a disabled user': await session(disabled),
    'an expired session': expired,
    'an idle session': idle,
    'a session that ended': ended,
    'the JWT of a session that ended': bearer(jwtOfEnded),
    'a forged JWT': bearer(`${jwt.slice(0, -4)}AAAA`),
    'a JWT that is not signed': bearer(`${jwt.split('.').slice(0, 2).join('.')}.`),
    'a token that nobody made': bearer(`pw_${'0'.repeat(46)}`),
    'a token and more': bearer(`${await token(admin)}x`),
    'no Bearer': { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` },
    'Bearer alone': { authorization: 'Bearer' },
    'a forged cookie': { cookie: `${api.services().sessionCookie.name}=${'A'.repeat(43)}` },
    'a session that is spoilt by a token': { ...(await session(admin)), authorization: 'Bearer x' },
  };
  await pool.query('UPDATE users SET disabled_at = now() WHERE id = $1', [disabled.id]);
  return found;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
