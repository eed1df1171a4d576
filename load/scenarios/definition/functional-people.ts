import { signIn, signOut } from './access.ts';
import {
  asFields,
  bearer,
  check,
  deleteRequest,
  fieldsOf,
  getRequest,
  itemsOf,
  leaveOut,
  postRequest,
  send,
  textIn,
} from './exchange.ts';
import type { Headers, Script } from './exchange.ts';
import type { Account } from './settings.ts';

/** What a person can do: sign in, make a token, invite somebody (as an Admin), sign out. */
export function* peopleRound(account: Account, mark: string): Script<void> {
  const headers = yield* signIn(account);
  const me = yield* send(getRequest('who am I', '/api/v1/auth/me', headers));
  const { email, role } = asFields(fieldsOf(me).user);
  yield* check('who am I: the account', email === account.email);
  const sessions = yield* send(getRequest('list my sessions', '/api/v1/auth/sessions', headers));
  yield* check(
    'list my sessions: this one',
    itemsOf(sessions).some(({ current }) => current === true),
  );
  yield* tokenRound(headers, mark);
  if (role === 'admin') yield* userRound(headers, mark);
  else yield* leaveOut('users: the account is no Admin');
  yield* signOut(headers);
  yield* send(getRequest('who am I, signed out', '/api/v1/auth/me', headers, [401]));
}

function* tokenRound(headers: Headers, mark: string): Script<void> {
  const wanted = { name: mark, scopes: ['read'], expiresInDays: 1 };
  const made = yield* send(postRequest('make a token', '/api/v1/tokens', headers, wanted));
  const id = textIn(made, 'id', 'make a token');
  const itsHeaders = bearer(textIn(made, 'token', 'make a token'));
  const tokens = itemsOf(yield* send(getRequest('list my tokens', '/api/v1/tokens', headers)));
  yield* check(
    'list my tokens: the new one',
    tokens.some((token) => token.id === id),
  );
  yield* send(getRequest('read with the token', '/api/v1/runs', itsHeaders));
  yield* send(postRequest('write with the token', '/api/v1/pipelines', itsHeaders, { name: mark }, [403]));
  yield* send(deleteRequest('revoke a token', `/api/v1/tokens/${id}`, headers));
  yield* send(getRequest('read with the revoked token', '/api/v1/runs', itsHeaders, [401]));
}

function* userRound(headers: Headers, mark: string): Script<void> {
  const wanted = { email: `${mark.replace(' ', '-')}@example.com`, name: 'Load test', role: 'viewer' };
  const made = yield* send(postRequest('invite a person', '/api/v1/users', headers, wanted));
  const path = `/api/v1/users/${textIn(made, 'id', 'invite a person')}`;
  const type = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ role: 'maintainer' });
  const change = { name: 'change a user', method: 'PATCH', path, headers: { ...headers, ...type }, body } as const;
  yield* send({ ...change, expected: [200] });
  const read = yield* send(getRequest('read a user', path, headers));
  yield* check('read a user: the new role', fieldsOf(read).role === 'maintainer');
  yield* send(deleteRequest('delete a user', path, headers));
  yield* send(getRequest('read the deleted user', path, headers, [404]));
}
