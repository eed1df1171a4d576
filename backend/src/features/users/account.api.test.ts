import { describe, expect, it } from '@jest/globals';
import type { Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';
import { tokenIn } from '../../../test/user-services.js';
import { verifyPassword } from './password.js';

// Rate limits are another file's.
const MANY_LINKS = { env: { RATE_LIMIT_AUTH: '100000 per minute' } };
const { api, connections, services, clock } = startApi(MANY_LINKS);

const NOT_FOUND = 'There is no such link: it was used or replaced, or it has expired.';
const PASSWORD = 'correct horse battery';
const SIMULTANEOUS = 50;

const invite = async (): Promise<Item> => {
  const email = `${unique('person')}@example.com`;
  return (await api.post('/users').send({ email, name: 'Grace Hopper', role: 'viewer' }).expect(201)).body;
};
const describeLink = (link: { url: string }) => api.post('/auth/link').send({ token: tokenIn(link) });
const activate = (link: { url: string }, password = PASSWORD) =>
  api.post('/auth/activate').send({ token: tokenIn(link), password });
const reset = async (id: string): Promise<Item> => (await api.post(`/users/${id}/password-reset`).expect(201)).body;
const count = (status: number, answers: { status: number }[]) =>
  answers.filter((answer) => answer.status === status).length;
const signsIn = async (email: string, password: string) =>
  verifyPassword((await services().users.findForSignIn(email))?.passwordHash ?? null, password);

describe('an invitation', () => {
  it('says whose it is, and is accepted with a password', async () => {
    const { link, ...user } = await invite();

    expect((await describeLink(link).expect(200)).body).toEqual({
      ...{ purpose: 'invitation', email: user.email, expiresAt: link.expiresAt },
    });
    const { body } = await activate(link).expect(200);

    expect(body).toEqual({ ...user, status: 'active', updatedAt: expect.any(String) });
    expect(await signsIn(user.email, PASSWORD)).toBe(true);
  });

  it('works once, and is gone from the moment it expires', async () => {
    const { link, id } = await invite();
    await activate(link).expect(200);
    const { link: late } = await invite();
    clock.now = new Date(late.expiresAt);

    const unknown = { url: `#${'x'.repeat(43)}` };
    for (const gone of [link, late, unknown, { url: '#x' }]) {
      for (const answer of [await describeLink(gone), await activate(gone)]) {
        expect({ status: answer.status, detail: answer.body.detail }).toEqual({ status: 404, detail: NOT_FOUND });
      }
    }
    expect((await api.get(`/users/${id}`)).body.status).toBe('active');
  });

  it('can be renewed, which voids the one before', async () => {
    const { id, link } = await invite();

    const renewed = await reset(id);

    expect(Date.parse(renewed.expiresAt) - clock.now.getTime()).toBe(7 * 24 * 3600 * 1000);
    expect((await describeLink(renewed).expect(200)).body.purpose).toBe('invitation');
    await activate(link).expect(404);
    await activate(renewed).expect(200);
  });

  it('SEC38 stays open when the password is refused', async () => {
    const { link } = await invite();

    const { body } = await activate(link, 'password123').expect(400);

    expect(body.errors).toEqual([{ pointer: '#/body/password', detail: 'is one of the most common passwords' }]);
    expect((await activate(link, 'grace-hopper').expect(400)).body.errors[0].detail).toContain('your name');
    await activate(link).expect(200);
  });

  it('SEC9 takes the longest password there is, and keeps all of it', async () => {
    const { link, email } = await invite();
    const password = `${'\u{1F980}'.repeat(998)}\0 `;

    await activate(link, `${password}x`).expect(400);
    await activate(link, password).expect(200);

    expect(await signsIn(email, password)).toBe(true);
    expect(await signsIn(email, password.trimEnd())).toBe(false);
    const { rows } = await connections().pool.query('SELECT password_hash FROM users WHERE email = $1', [email]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=2,p=1\$/);
  });

  it('SEC40 that 50 accept at once is accepted by one, whose password it is', async () => {
    const { link, email } = await invite();
    const passwords = Array.from({ length: SIMULTANEOUS }, (_, number) => `${PASSWORD} ${number}`);

    const answers = await Promise.all(passwords.map((password) => activate(link, password)));

    expect([count(200, answers), count(404, answers)]).toEqual([1, SIMULTANEOUS - 1]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await signsIn(email, String(passwords[winner]))).toBe(true);
  });
});

describe('a link for a new password', () => {
  it('works for an hour, once, and for the old password no longer', async () => {
    const { id, link, email } = await invite();
    await activate(link).expect(200);
    const late = await reset(id);
    expect(Date.parse(late.expiresAt) - clock.now.getTime()).toBe(3600 * 1000);
    clock.now = new Date(late.expiresAt);
    await activate(late, 'another horse').expect(404);

    const inTime = await reset(id);
    expect((await describeLink(inTime).expect(200)).body).toMatchObject({ purpose: 'password_reset', email });
    await activate(inTime, 'another horse').expect(200);
    await activate(inTime, 'a third horse').expect(404);

    expect(await signsIn(email, 'another horse')).toBe(true);
    expect(await signsIn(email, PASSWORD)).toBe(false);
  });

  it('is void when the password was changed otherwise, and not to be had for the disabled', async () => {
    const { id, link } = await invite();
    await activate(link).expect(200);
    const open = await reset(id);
    await services().users.changePassword(id, 'another horse');
    await activate(open).expect(404);

    const last = await reset(id);
    await connections().pool.query('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);

    await activate(last).expect(404);
    await describeLink(last).expect(404);
    await api.post(`/users/${id}/password-reset`).expect(409);
  });

  it('SEC40 that 50 use at once is used by one; of 50 that are made at once, one works', async () => {
    const { id, link } = await invite();
    await activate(link).expect(200);
    const made = await Promise.all(Array.from({ length: SIMULTANEOUS }, () => reset(id)));

    const open: Item[] = [];
    for (const one of made) if ((await describeLink(one)).status === 200) open.push(one);
    expect(open).toHaveLength(1);
    const answers = await Promise.all(Array.from({ length: SIMULTANEOUS }, () => activate(open[0])));

    expect([count(200, answers), count(404, answers)]).toEqual([1, SIMULTANEOUS - 1]);
  });
});

it.each([
  ['/auth/link', { token: 1 }, '#/body/token'],
  ['/auth/link', { token: '' }, '#/body/token'],
  ['/auth/link', { token: 'x', purpose: 'setup' }, '#/body/purpose'],
  ['/auth/activate', { token: 'x', password: PASSWORD, role: 'admin' }, '#/body/role'],
  ['/auth/activate', { token: 'x', password: ['x'] }, '#/body/password'],
  ['/auth/setup', { token: 'x', email: 'a@example.com', name: 'A', password: PASSWORD, role: 'admin' }, '#/body/role'],
])('SEC15 %s refuses %j', async (path, body, pointer) => {
  const answer = await api.post(path).send(body).expect(400);

  expect(answer.body.errors.map((fault: Item) => fault.pointer)).toEqual([pointer]);
});
