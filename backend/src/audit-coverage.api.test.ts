import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createUser } from '../test/callers.js';
import { callerOf, sessionOf } from '../test/cast.js';
import { isOpen, named, operations, pathOf, requestOf, send, type Operation } from '../test/operations.js';
import { startApi, unique } from '../test/start-api.js';
import { tokenIn } from '../test/user-services.js';
import { hashPassword } from './features/users/password.js';
import type { AuditRow } from './features/audit/audit.repository.js';

const started = startApi();
const { api, base, connections, services, signIn } = started;

/** Wherever this stands in what is sent, it is a secret. */
const CANARY = 'canary-4c81f7d2-of-a-secret';

const email = () => `${unique('person')}@example.com`;
const audited = operations.filter(({ audit }) => audit !== undefined && audit !== 'none');

interface Prepared {
  /** Who asks; an Admin who signed in by a browser where it is not said. */
  headers?: Record<string, string>;
  userId?: string;
  id?: string;
  body?: object;
  /** Where it is not `id`. */
  target?: 'what was answered' | 'none';
}

const made = async (path: string, body: object): Promise<{ id: string; link: { url: string } }> =>
  (await api.post(path).send(body).expect(201)).body;
const newUser = () => ({ email: email(), name: 'Ada', role: 'viewer' });
const newSource = () => ({ name: unique('github'), kind: 'github', secret: CANARY });
const setUp = () => ({ email: email(), name: 'Ada', password: CANARY });
const newPipeline = () => ({ name: unique('pipeline') });
const signedIn = async () => {
  const { headers, user } = await signIn();
  return { headers, userId: user.id };
};

/** What makes each of them succeed. */
const SUCCESSES: Record<string, () => Promise<Prepared> | Prepared> = {
  'POST /api/v1/pipelines': () => ({ body: newPipeline(), target: 'what was answered' }),
  'PATCH /api/v1/pipelines/{id}': async () => ({
    ...(await made('/pipelines', newPipeline())),
    body: { description: 'x' },
  }),
  'DELETE /api/v1/pipelines/{id}': () => made('/pipelines', newPipeline()),
  'POST /api/v1/pipelines/{id}/restore': async () => {
    const { id } = await made('/pipelines', newPipeline());
    await api.delete(`/pipelines/${id}`).expect(204);
    return { id };
  },
  'POST /api/v1/sources': () => ({ body: newSource(), target: 'what was answered' }),
  'POST /api/v1/sources/{id}/rotate-secret': async () => ({
    ...{ id: (await made('/sources', newSource())).id, body: { secret: `${CANARY}-2` } },
  }),
  'DELETE /api/v1/sources/{id}': () => made('/sources', newSource()),
  'POST /api/v1/auth/logout': async () => {
    const caller = await signedIn();
    const { rows } = await connections().pool.query('SELECT id FROM sessions WHERE user_id = $1', [caller.userId]);
    return { ...caller, id: rows[0].id };
  },
  'PUT /api/v1/auth/password': async () => {
    const caller = await signedIn();
    const values = [caller.userId, await hashPassword(CANARY)];
    await connections().pool.query('UPDATE users SET password_hash = $2 WHERE id = $1', values);
    return { ...caller, body: { currentPassword: CANARY, newPassword: `${CANARY}-new` }, target: 'none' };
  },
  'DELETE /api/v1/auth/sessions': () => ({ target: 'none' }),
  'DELETE /api/v1/auth/sessions/{id}': async () => {
    const caller = await signedIn();
    const other = await services().sessions.open(caller.userId, 'browser', { remote: '', userAgent: undefined });
    return { ...caller, ...(other && { id: other.id }) };
  },
  'POST /api/v1/tokens': () => ({ body: { name: 'test', scopes: ['read'] }, target: 'what was answered' }),
  'DELETE /api/v1/tokens/{id}': async () => {
    const caller = await signedIn();
    const token = { name: 'test', scopes: ['read' as const], expiresInDays: 1 };
    return { ...caller, id: (await services().apiTokens.createFor(caller.userId, token)).id };
  },
  'POST /api/v1/users': () => ({ body: newUser(), target: 'what was answered' }),
  'PATCH /api/v1/users/{id}': async () => ({ id: (await made('/users', newUser())).id, body: { role: 'admin' } }),
  'DELETE /api/v1/users/{id}': () => made('/users', newUser()),
  'POST /api/v1/users/{id}/password-reset': () => made('/users', newUser()),
  'POST /api/v1/auth/setup': async () => {
    // There is nobody left to ask: this is the last one.
    await connections().pool.query('DELETE FROM users');
    const settings = { environment: 'production', firstAdmin: { email: undefined, password: undefined } } as const;
    const first = await services().accounts.ensureFirstAdmin(settings);
    if (first.kind !== 'setup link') throw new Error(`It is not a link: ${first.kind}.`);
    const body = { ...setUp(), token: tokenIn(first.link) };
    return { headers: {}, body, target: 'what was answered' };
  },
  'POST /api/v1/auth/activate': async () => {
    const { link } = await made('/users', newUser());
    return { headers: {}, body: { token: tokenIn(link), password: CANARY }, target: 'what was answered' };
  },
};

const secrets = new Set([CANARY]);
const last = (operation: Operation) => Number(operation.path.endsWith('/setup'));

async function perform(operation: Operation, { headers, userId, id, body }: Prepared) {
  const caller = headers ? { headers, userId } : await signedIn();
  const requestId = randomUUID();
  const request = requestOf(operation, { ...caller.headers, 'x-request-id': requestId }, body ?? operation.example);
  const answer = await send(base() + pathOf(operation, id === undefined ? {} : { id }), request);
  for (const [, ofField, ofLink] of answer.text.matchAll(/"(?:token|secret)":"([^"]+)"|#([\w-]{43})/g))
    secrets.add(String(ofField ?? ofLink));
  return { answer, requestId, userId: caller.userId, rows: await rowsOf(requestId) };
}

async function rowsOf(requestId: string) {
  const { rows } = await connections().pool.query(
    `SELECT action, outcome, actor_kind AS "actorKind", actor_id AS "actorId", target_kind AS "targetKind",
       target_id AS "targetId", remote, details FROM audit_entries WHERE request_id = $1`,
    [requestId],
  );
  return rows as AuditRow[];
}

it('SEC27 knows how to make each audited operation succeed', () => {
  expect(Object.keys(SUCCESSES).sort()).toEqual(audited.map(({ name }) => name).sort());
});

describe.each(named(audited.toSorted((one, other) => last(one) - last(other))))('SEC27 %s', (name, operation) => {
  const { audit = '' } = operation;
  const kind = audit.split('.')[0];

  if (!isOpen(operation)) {
    it('leaves one row of whoever may not', async () => {
      const headers = await callerOf(started, operation.access === 'person' ? 'admin' : 'viewer', 'admin token');

      const { rows, answer } = await perform(operation, { headers });

      expect([403, 404]).toContain(answer.status);
      expect(rows).toMatchObject([
        { action: 'access.denied', outcome: 'denied', actorKind: 'api token', targetKind: 'endpoint', targetId: name },
      ]);
      expect(rows).toMatchObject([{ remote: '127.0.0.1', actorId: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    });
  }

  if (operation.path.includes('{id}')) {
    it('leaves one row where it fails, with the reason', async () => {
      const id = randomUUID();

      const { rows, answer, userId } = await perform(operation, { id });

      expect(answer.status).toBe(404);
      expect(rows).toMatchObject([
        { action: audit, outcome: 'failed', actorKind: 'user', actorId: userId, targetKind: kind, targetId: id },
      ]);
      expect(JSON.parse(String(rows[0]?.details))).toMatchObject({ reason: answer.detail });
    });
  }

  it('leaves one row where it succeeds', async () => {
    const prepared = await SUCCESSES[name]?.();
    if (!prepared) throw new Error(`${name} has no success.`);

    const { rows, answer, userId } = await perform(operation, prepared);

    expect({ detail: answer.detail, status: answer.status }).toEqual({ status: operation.response.status });
    const answered = answer.text === '' ? {} : (JSON.parse(answer.text) as { id?: string });
    const targetId = { 'what was answered': answered.id, none: null, id: prepared.id }[prepared.target ?? 'id'];
    expect(rows).toEqual([
      {
        ...{ action: audit, outcome: 'succeeded', remote: '127.0.0.1', details: rows[0]?.details },
        ...{ actorKind: isOpen(operation) ? 'anonymous' : 'user', actorId: userId ?? null },
        ...{ targetKind: targetId === null ? null : kind, targetId },
      },
    ]);
  });
});

it.each<[string, Prepared & { answers: number }]>([
  ['POST /api/v1/pipelines', { body: { name: 'twice' }, answers: 409 }],
  ['POST /api/v1/sources', { body: { name: 'twice', kind: 'github', secret: CANARY }, answers: 409 }],
  ['POST /api/v1/users', { body: { ...newUser(), email: 'twice@example.com' }, answers: 409 }],
  ['POST /api/v1/tokens', { body: { name: 'test', scopes: ['admin'] }, answers: 403 }],
  ['PUT /api/v1/auth/password', { body: { currentPassword: CANARY, newPassword: `${CANARY}-new` }, answers: 403 }],
  ['POST /api/v1/auth/activate', { headers: {}, body: { token: CANARY, password: CANARY }, answers: 404 }],
  ['POST /api/v1/auth/setup', { headers: {}, body: { ...setUp(), token: CANARY }, answers: 404 }],
])('SEC27 %s leaves one row where it is refused for what it says', async (name, { answers, ...prepared }) => {
  const operation = audited.find((one) => one.name === name);
  if (!operation) throw new Error(`There is no ${name}.`);
  const viewer = await createUser(connections().pool, { role: 'viewer' });
  const headers = name.endsWith('/tokens') ? { headers: await sessionOf(started, viewer) } : {};
  if (answers === 409) await perform(operation, prepared);

  const { rows, answer } = await perform(operation, { ...prepared, ...headers });

  expect(answer.status).toBe(answers);
  expect(rows).toMatchObject([{ action: operation.audit, outcome: 'failed', remote: '127.0.0.1' }]);
  expect(JSON.parse(String(rows[0]?.details))).toMatchObject({ reason: answer.detail });
});

it('SEC16 SEC27 none of these rows holds a secret', async () => {
  const { rows } = await connections().pool.query('SELECT * FROM audit_entries');

  const text = JSON.stringify(rows);
  expect(secrets.size).toBeGreaterThanOrEqual(5);
  for (const secret of secrets) expect(text).not.toContain(secret);
});
