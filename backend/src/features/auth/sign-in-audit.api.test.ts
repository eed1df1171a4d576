import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { createUser, type TestUser } from '../../../test/callers.js';
import { startApi } from '../../../test/start-api.js';
import { hashPassword } from '../users/password.js';

const PASSWORD = 'correct horse battery staple';
const ATTEMPTS = 3;

const { client, connections } = startApi({ env: { RATE_LIMIT_AUTH: `${ATTEMPTS} per minute` } });

let passwordHash: string;
beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
});

async function newUser(): Promise<TestUser> {
  const { pool } = connections();
  const user = await createUser(pool);
  await pool.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, passwordHash]);
  return user;
}

/** What the audit log has of one request. Each is made under an id of its own. */
async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const requestId = randomUUID();
  const answer = await client(() => ({ ...headers, 'x-request-id': requestId }))
    .post(path)
    .send(body);
  const { rows } = await connections().pool.query(
    `SELECT action, outcome, actor_kind AS actor, actor_id AS id, actor_name AS name, remote, details
     FROM audit_entries WHERE request_id = $1`,
    [requestId],
  );
  return { answer, rows, text: JSON.stringify(rows) };
}

it.each([
  ['session', 'browser'],
  ['token', 'client'],
])('SEC27 a sign-in for a %s leaves a row with whose session was opened', async (kind, opened) => {
  const { id, email } = await newUser();

  const { answer, rows, text } = await post('/auth/login', { email, password: PASSWORD, kind });

  expect(answer.status).toBe(200);
  expect(rows).toMatchObject([
    { action: 'session.opened', outcome: 'succeeded', actor: 'user', id, name: email, remote: '127.0.0.1' },
  ]);
  expect(JSON.parse(rows[0].details)).toMatchObject({ kind: opened });
  expect(text).not.toContain(PASSWORD);
  if (kind === 'token') expect(text).not.toContain(answer.body.refreshToken);
});

it('SEC27 a refresh token that is used again leaves a row, and none of its secrets', async () => {
  const { id, email } = await newUser();
  const { refreshToken } = (await post('/auth/login', { email, password: PASSWORD })).answer.body;
  await post('/auth/refresh', { refreshToken });

  const { answer, rows, text } = await post('/auth/refresh', { refreshToken });

  expect(answer.status).toBe(401);
  expect(rows).toMatchObject([{ action: 'session.stolen', outcome: 'denied', actor: 'user', id, remote: '127.0.0.1' }]);
  expect(text).not.toContain(refreshToken);
});

it.each([
  ['cookie', { cookie: 'pitwall=forged' }],
  ['token', { authorization: `Bearer pw_${'0'.repeat(46)}` }],
  ['JWT', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
])('SEC27 a forged %s leaves a row', async (_what, headers) => {
  const { answer, rows, text } = await post('/pipelines', { name: 'forged' }, headers);

  expect(answer.status).toBe(401);
  expect(rows).toMatchObject([
    { action: 'access.denied', outcome: 'denied', actor: 'anonymous', id: null, remote: '127.0.0.1' },
  ]);
  expect(text).not.toContain(Object.values(headers)[0]);
});

it('SEC27 each sign-in that fails leaves a row, of a known address and an unknown one alike; so does one too many', async () => {
  const { email } = await newUser();
  const emails = [email, `${randomUUID()}@example.com`, email];

  const outcomes: unknown[] = [];
  for (const given of [...emails, email]) {
    const { answer, rows, text } = await post('/auth/login', { email: given, password: `wrong ${PASSWORD}` });
    expect(text).not.toContain(PASSWORD);
    outcomes.push([
      answer.status,
      rows.length,
      rows[0].action,
      rows[0].outcome,
      rows[0].actor,
      rows[0].id,
      rows[0].name,
    ]);
  }

  expect(outcomes).toEqual([
    ...emails.map((name) => [401, 1, 'session.opened', 'failed', 'anonymous', null, name]),
    [429, 1, 'session.opened', 'denied', 'anonymous', null, email],
  ]);
});
