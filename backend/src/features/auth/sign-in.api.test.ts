import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createPerson, PASSWORD, people, WRONG_PASSWORD } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';
import { ARGON2ID, hashPassword } from '../users/password.js';

const api = startApi();
const { create, browser, logIn, auditOf, anybody } = people(api);
const pool = () => api.connections().pool;

/** What an answer says, but for what differs from one request to the next. */
const said = ({ status, body, headers }: { status: number; body: object; headers: Record<string, string> }) => ({
  ...{ status, body: { ...body, requestId: undefined } },
  headers: Object.fromEntries(
    Object.entries(headers).filter(([name]) => !['date', 'x-request-id', 'ratelimit'].includes(name)),
  ),
});

/** The statements that are sent to the database while something is done. */
async function statementsOf(work: () => PromiseLike<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const target = pool() as unknown as { query: (...given: unknown[]) => unknown };
  const { query } = target;
  target.query = (...given) => {
    const [first] = given as [string | { text: string }];
    statements.push(typeof first === 'string' ? first : first.text);
    return query.apply(target, given);
  };
  try {
    await work();
  } finally {
    target.query = query;
  }
  return statements;
}

describe('SEC11 an address that nobody has', () => {
  it('is answered as a wrong password is, as somebody disabled, and as somebody who has no password yet', async () => {
    const disabled = await createPerson(pool(), { disabled: true });
    const invited = await create();
    await pool().query('UPDATE users SET password_hash = NULL WHERE id = $1', [invited.id]);
    const known = await create();
    const answers = [
      await logIn(`${randomUUID()}@example.com`, WRONG_PASSWORD),
      await logIn(known.email, WRONG_PASSWORD),
      await logIn(disabled.email),
      await logIn(disabled.email, WRONG_PASSWORD),
      await logIn(invited.email, ''.padEnd(12, 'A')),
    ].map(said);

    expect(answers[0]).toMatchObject({
      status: 401,
      body: { detail: 'The e-mail address or the password is wrong.' },
      headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('costs as much: the same statements, the same verification, a row of the audit log', async () => {
    const known = await create();
    const unknown = { email: `${randomUUID()}@example.com` };
    const ofKnown = await statementsOf(() => logIn(known.email, WRONG_PASSWORD).expect(401));
    const ofUnknown = await statementsOf(() => logIn(unknown.email, WRONG_PASSWORD).expect(401));

    expect(ofKnown.length).toBeGreaterThan(1);
    expect(ofUnknown).toEqual(ofKnown);
    const failed = [{ outcome: 'failed', actorKind: 'anonymous', actorId: null }];
    expect(await auditOf('session.opened', { email: known.email })).toMatchObject(failed);
    expect(await auditOf('session.opened', unknown)).toMatchObject(failed);
    // What is verified for nobody is of the same cost as what is kept.
    const { m, t, p } = /\$m=(?<m>\d+),t=(?<t>\d+),p=(?<p>\d+)\$/.exec(await hashPassword(PASSWORD))?.groups ?? {};
    expect([m, t, p].map(Number)).toEqual([ARGON2ID.memoryCost, ARGON2ID.timeCost, ARGON2ID.parallelism]);
  });

  it('waits for the verification of a password, as any other does', async () => {
    for (const { email } of [await create(), { email: `${randomUUID()}@example.com` }]) {
      // Passwords are checked in turn: whoever is answered before these were hashed had none checked.
      let hashed = 0;
      const before = Array.from({ length: 12 }, () => hashPassword(PASSWORD).then(() => hashed++));
      await logIn(email, WRONG_PASSWORD).expect(401);
      expect(hashed).toBeGreaterThanOrEqual(before.length - 1);
      await Promise.all(before);
    }
  });

  it('may be any text: it is refused, and nothing breaks', async () => {
    for (const email of ['nobody', 'a\0b@example.com', '\ud800@example.com', "' OR 1=1 --", '@', ' '.repeat(254)]) {
      const { status } = await logIn(email);
      expect({ email, status }).toEqual({ email, status: 401 });
    }
    for (const email of ['', 'x'.repeat(255), { not: '' }, ['a@example.com'], null]) {
      const { status, body } = await anybody.post('/auth/login').send({ email, password: PASSWORD });
      expect({ email, status, at: body.errors[0].pointer }).toEqual({ email, status: 400, at: '#/body/email' });
    }
    expect(api.reported).toEqual([]);
  });
});

it('takes the address as people type it', async () => {
  const { email } = await create();
  await logIn(` ${email.toUpperCase()} `).expect(200);
});

it('SEC27 tells the audit log who signed in, and how', async () => {
  const user = await create();
  await browser(user);
  await logIn(user.email).expect(200);

  const rows = await auditOf('session.opened', user);
  const found = rows.map(({ outcome, actorId, details }) => [
    outcome,
    actorId,
    (JSON.parse(details ?? '') as { kind: string }).kind,
  ]);
  expect(found).toEqual([
    ['succeeded', user.id, 'browser'],
    ['succeeded', user.id, 'client'],
  ]);
});

describe('a sign-in that is overtaken', () => {
  /** Holds the sign-in between the check of the password and the session, and does something there. */
  async function overtaken(email: string, change: () => PromiseLike<unknown>) {
    const { sessions } = api.services();
    const { open } = sessions;
    sessions.open = async (...given) => {
      sessions.open = open;
      await change();
      return open.apply(sessions, given);
    };
    try {
      return await logIn(email);
    } finally {
      sessions.open = open;
    }
  }
  const sessionsOf = async (id: string) =>
    (await pool().query('SELECT 1 FROM sessions WHERE user_id = $1', [id])).rowCount;

  it.each<[string, (user: { id: string }) => PromiseLike<unknown>]>([
    [
      'a reset of the password',
      async ({ id }) => {
        const { body } = await api.api.post(`/users/${id}/password-reset`).expect(201);
        const token = String(body.url).split('#')[1];
        await anybody
          .post('/auth/activate')
          .send({ token, password: `${PASSWORD} anew` })
          .expect(200);
      },
    ],
    ['the end of the account', ({ id }) => api.api.patch(`/users/${id}`).send({ disabled: true }).expect(200)],
    ['the deletion of the user', ({ id }) => api.api.delete(`/users/${id}`).expect(204)],
  ])('by %s opens no session', async (_by, change) => {
    const user = await create();
    const { status, body } = await overtaken(user.email, () => change(user));

    expect({ status, detail: body.detail }).toEqual({
      ...{ status: 401, detail: 'The e-mail address or the password is wrong.' },
    });
    expect(await sessionsOf(user.id)).toBe(0);
    expect(api.reported).toEqual([]);
  });

  it('waits for a change of the password that is under way, and does not slip past it', async () => {
    const user = await create();
    const changing = await pool().connect();
    await changing.query('BEGIN');
    await changing.query("UPDATE users SET password_hash = 'another' WHERE id = $1", [user.id]);
    const answer = logIn(user.email).then(({ status }) => status);
    const waiting = async () =>
      (await pool().query("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"))
        .rowCount;
    while ((await waiting()) === 0) await new Promise(setImmediate);
    await changing.query('COMMIT');
    changing.release();

    expect(await answer).toBe(401);
    expect(await sessionsOf(user.id)).toBe(0);
  });
});
