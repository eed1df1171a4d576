import {
  bearer,
  deleteRequest,
  fieldsOf,
  postRequest,
  send,
  getRequest,
  type Headers,
  type Script,
  textIn,
} from './exchange.ts';
import type { Account, Settings } from './settings.ts';

/** What the requests of a test carry. */
export interface Access {
  readonly token: string;
  /** Where the token was made for this test: to be revoked after it. */
  readonly temporaryTokenId: string | null;
  readonly account: Account | null;
}

/** Thrown before a test has begun: there is no Pitwall, or it does not let us in. */
export class AccessError extends Error {}

const NAME = 'load test';

/** Makes sure that a Pitwall answers and takes the token, or makes one with the account. */
export function* openAccess({ token, account, baseUrl }: Settings): Script<Access> {
  const { status } = yield { kind: 'request', request: getRequest('liveness', '/health/live', {}) };
  if (status === 0) throw new AccessError(`Nothing answers at ${baseUrl}.`);
  const access = token === undefined ? yield* withTemporaryToken(account) : { token, temporaryTokenId: null };
  const info = yield { kind: 'request', request: getRequest('about', '/api/v1/info', bearer(access.token)) };
  if (info.status === 401) throw new AccessError(`Pitwall at ${baseUrl} does not take the token.`);
  if (info.status === 403) throw new AccessError('The token may not read: it needs the scope write.');
  if (fieldsOf(info).name !== 'Pitwall') {
    throw new AccessError(`What answers at ${baseUrl} is not Pitwall (status ${info.status}).`);
  }
  return { ...access, account: account ?? null };
}

function* withTemporaryToken(account: Account | undefined): Script<{ token: string; temporaryTokenId: string }> {
  if (!account) throw new AccessError('Set PITWALL_TOKEN, or PITWALL_EMAIL and PITWALL_PASSWORD.');
  const headers = yield* signIn(account);
  const wanted = { name: NAME, scopes: ['read', 'ingest', 'write'], expiresInDays: 1 };
  const made = yield* send(postRequest('make a token', '/api/v1/tokens', headers, wanted));
  yield* signOut(headers);
  return { token: textIn(made, 'token', 'make a token'), temporaryTokenId: textIn(made, 'id', 'make a token') };
}

export function* closeAccess({ temporaryTokenId, account }: Access): Script<void> {
  if (temporaryTokenId === null || account === null) return;
  const headers = yield* signIn(account);
  yield* send(deleteRequest('revoke a token', `/api/v1/tokens/${temporaryTokenId}`, headers));
  yield* signOut(headers);
}

/** As an API client. */
export function* signIn({ email, password }: Account): Script<Headers> {
  const credentials = { email, password, kind: 'token' };
  const answer = yield* send(postRequest('sign in', '/api/v1/auth/login', {}, credentials, [200]));
  if (answer.status === 401) throw new AccessError(`Pitwall does not take the password of ${email}.`);
  return bearer(textIn(answer, 'accessToken', 'sign in'));
}

export function* signOut(headers: Headers): Script<void> {
  yield* send({ name: 'sign out', method: 'POST', path: '/api/v1/auth/logout', headers, expected: [204] });
}
