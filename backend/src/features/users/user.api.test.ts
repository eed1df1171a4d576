import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { pagesOf, type Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';
import { tokenIn } from '../../../test/user-services.js';

// Rate limits are another file's.
const MANY_LINKS = { env: { RATE_LIMIT_AUTH: '100000 per minute' } };
const { api, client, signIn, connections, lines, clock } = startApi(MANY_LINKS);

const address = () => `${unique('person')}@example.com`;
const invite = async (fields: object = {}): Promise<Item> =>
  (
    await api
      .post('/users')
      .send({ email: address(), name: 'Grace Hopper', role: 'viewer', ...fields })
      .expect(201)
  ).body;
const activate = (link: { url: string }, password = 'correct horse battery') =>
  api.post('/auth/activate').send({ token: tokenIn(link), password });
const makeActive = async (fields: object = {}): Promise<Item> =>
  (await activate((await invite(fields)).link).expect(200)).body;
const faultsOf = ({ body }: { body: Item }): Item[] => body.errors?.map(({ pointer }: Item) => pointer);

describe('a person who is invited', () => {
  it('is there, with a link that is shown this once', async () => {
    const email = address();

    const { body, headers } = await api.post('/users').send({ email, name: 'Ada', role: 'maintainer' }).expect(201);

    const { link, ...user } = body;
    expect(headers.location).toBe(`/api/v1/users/${user.id}`);
    expect(user).toEqual({
      ...{ id: expect.any(String), email, name: 'Ada', role: 'maintainer', status: 'invited', lastSignInAt: null },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    });
    expect(link.url).toMatch(/^http:\/\/localhost:8000\/activate#[\w-]{43}$/);
    expect(Date.parse(link.expiresAt) - clock.now.getTime()).toBe(7 * 24 * 3600 * 1000);
    expect((await api.get(`/users/${user.id}`).expect(200)).body).toEqual(user);
  });

  it('has an address in one form, however it is typed', async () => {
    const email = address();

    expect((await invite({ email: `  ${email.toUpperCase()} `, name: ' Jose\u0301 ' })).email).toBe(email);
    await api.post('/users').send({ email, name: 'Another', role: 'viewer' }).expect(409);
  });

  it('is refused under an address that is taken, also of 20 that race', async () => {
    const email = address();
    const post = () => api.post('/users').send({ email, name: 'Ada', role: 'viewer' });

    const answers = await Promise.all(Array.from({ length: 20 }, post));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect((await post()).body.detail).toBe(`There is already a user with the e-mail address ${email}.`);
  });

  it.each([
    [{ email: 'nobody' }, ['#/body/email']],
    [{ email: { not: '' } }, ['#/body/email']],
    [{ email: `${'a'.repeat(250)}@example.com` }, ['#/body/email']],
    [{ name: '  ' }, ['#/body/name']],
    [{ name: 'x'.repeat(201) }, ['#/body/name']],
    [{ name: 'NUL \0' }, ['#/body/name']],
    [{ role: 'root' }, ['#/body/role']],
    [{ email: 'x', name: '', role: 1 }, ['#/body/email', '#/body/name', '#/body/role']],
  ])('is refused with %j', async (fields, pointers) => {
    const answer = await api.post('/users').send({ email: address(), name: 'Ada', role: 'viewer', ...fields });

    expect({ status: answer.status, pointers: faultsOf(answer) }).toEqual({ status: 400, pointers });
  });
});

describe('SEC15 a field that is not for the caller to say', () => {
  it.each([
    ...['id', 'status', 'passwordHash', 'password', 'passwordChangedAt', 'disabledAt', 'createdAt', 'updatedAt'],
    ...['lastSignInAt', 'tenantId', 'isAdmin', 'sessions', 'apiTokens', 'accountLinks'],
  ])('is refused in each write: %s', async (field) => {
    const value = { create: [] };
    const user = await invite();

    const created = await api.post('/users').send({ email: address(), name: 'A', role: 'viewer', [field]: value });
    const changed = await api.patch(`/users/${user.id}`).send({ [field]: value });

    expect([created.status, faultsOf(created)]).toEqual([400, [`#/body/${field}`]]);
    expect([changed.status, faultsOf(changed)]).toEqual([400, [`#/body/${field}`]]);
  });
});

describe('a user who is changed', () => {
  it('has what was said, and keeps the rest', async () => {
    const before = await makeActive();
    const email = address();

    const { body } = await api.patch(`/users/${before.id}`).send({ email, role: 'maintainer' }).expect(200);

    expect(body).toEqual({ ...before, email, role: 'maintainer', updatedAt: expect.any(String) });
    expect((await api.patch(`/users/${before.id}`).send({ name: 'New' }).expect(200)).body.name).toBe('New');
    expect((await api.patch(`/users/${before.id}`).send({}).expect(200)).body.name).toBe('New');
  });

  it('can be disabled and enabled again', async () => {
    const { id } = await makeActive();
    const set = async (disabled: boolean) =>
      (await api.patch(`/users/${id}`).send({ disabled }).expect(200)).body.status;

    expect([await set(true), await set(true), await set(false)]).toEqual(['disabled', 'disabled', 'active']);
  });

  it('cannot have the address of another', async () => {
    const [one, other] = [await invite(), await invite()];

    await api.patch(`/users/${one.id}`).send({ email: other.email.toUpperCase() }).expect(409);
    await api.patch(`/users/${one.id}`).send({ email: one.email }).expect(200);
  });

  it('has no link any more where the address is another, or they are disabled', async () => {
    const [moved, disabled, renamed] = [await invite(), await invite(), await invite()];
    await api.patch(`/users/${moved.id}`).send({ email: address() }).expect(200);
    await api.patch(`/users/${disabled.id}`).send({ disabled: true }).expect(200);
    await api.patch(`/users/${disabled.id}`).send({ disabled: false }).expect(200);
    await api.patch(`/users/${renamed.id}`).send({ name: 'New' }).expect(200);

    expect((await activate(moved.link)).status).toBe(404);
    expect((await activate(disabled.link)).status).toBe(404);
    expect((await activate(renamed.link)).status).toBe(200);
  });

  it('can be deleted, with everything that lets them in', async () => {
    const { id, link, email } = await invite();

    await api.delete(`/users/${id}`).expect(204);

    expect((await activate(link)).status).toBe(404);
    await invite({ email });
  });

  it('that never was is a 404, and no id is a 400', async () => {
    const path = `/users/${randomUUID()}`;
    await api.get(path).expect(404);
    await api.patch(path).send({ name: 'A' }).expect(404);
    await api.delete(path).expect(404);
    await api.post(`${path}/password-reset`).expect(404);
    await api.get('/users/1').expect(400);
  });
});

describe('the list of users', () => {
  it('shows each once, newest first, page by page', async () => {
    const name = unique('list');
    const ids: string[] = [];
    for (let number = 0; number < 7; number++) ids.unshift((await invite({ name })).id);
    // Of the same millisecond, the id decides.
    await connections().pool.query(`UPDATE users SET created_at = '2026-01-01' WHERE id = ANY($1)`, [ids.slice(0, 4)]);

    const pages = await pagesOf(api, `/users?q=${name}&limit=3`, () => invite());

    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(pages.flat().map(({ id }) => id)).toEqual([...ids.slice(4), ...ids.slice(0, 4).sort().reverse()]);
  });

  it('can be cut by role and status', async () => {
    const name = unique('cut');
    const invited = await invite({ name, role: 'admin' });
    const active = await makeActive({ name, role: 'maintainer' });
    const disabled = await makeActive({ name });
    await api.patch(`/users/${disabled.id}`).send({ disabled: true }).expect(200);
    const found = async (query: string) =>
      (await api.get(`/users?q=${name}&${query}`).expect(200)).body.items.map(({ id }: Item) => id);

    expect(await found('status=invited')).toEqual([invited.id]);
    expect(await found('status=active')).toEqual([active.id]);
    expect(await found('status=disabled')).toEqual([disabled.id]);
    expect(await found('role=admin')).toEqual([invited.id]);
    expect(await found('role=admin&status=active')).toEqual([]);
    await api.get('/users?status=gone').expect(400);
    await api.get('/users?role=root').expect(400);
  });

  it('finds a part of an address or a name as it is written, in any case', async () => {
    const mark = unique('');
    const percent = await invite({ name: `100%_sure${mark}` });
    const plain = await invite({ name: `100 is sure${mark}`, email: `x${mark}_y@example.com` });
    const found = async (q: string) =>
      (await api.get(`/users?q=${encodeURIComponent(q)}`).expect(200)).body.items.map(({ id }: Item) => id);

    expect(await found(`SURE${mark}`)).toEqual([plain.id, percent.id]);
    expect(await found(`%_sure${mark}`)).toEqual([percent.id]);
    expect(await found(`100%${mark}`)).toEqual([]);
    expect(await found(`X${mark}_Y`)).toEqual([plain.id]);
    expect(await found(`x${mark}\\_y`)).toEqual([]);
  });
});

describe('an Admin', () => {
  it('neither disables nor deletes themselves', async () => {
    const { user, headers } = await signIn('admin');
    const own = client(() => headers);

    expect((await own.patch(`/users/${user.id}`).send({ disabled: true }).expect(409)).body.detail).toBe(
      'You cannot disable yourself.',
    );
    expect((await own.delete(`/users/${user.id}`).expect(409)).body.detail).toBe('You cannot delete yourself.');
    await own.get('/users').expect(200);
  });

  it.each(['viewer', 'maintainer'] as const)('is one: to a %s there are no users', async (role) => {
    const { user, headers } = await signIn(role);
    const own = client(() => headers);

    const answers = await Promise.all([
      ...[own.get('/users'), own.get(`/users/${user.id}`), own.delete(`/users/${user.id}`)],
      ...[own.post('/users').send({}), own.patch(`/users/${user.id}`).send({ role: 'admin' })],
      ...[own.post(`/users/${user.id}/password-reset`), own.post('/validate/user').send({})],
    ]);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
  });

  it('who disables somebody signs them out', async () => {
    const { user, headers } = await signIn('viewer');
    const own = client(() => headers);
    await own.get('/pipelines').expect(200);

    await api.patch(`/users/${user.id}`).send({ disabled: true }).expect(200);

    await own.get('/pipelines').expect(401);
  });
});

describe('SEC16 what is secret of a user', () => {
  it('is in no answer and in no line of the log', async () => {
    const user = await makeActive();
    const reset = await api.post(`/users/${user.id}/password-reset`).expect(201);
    const hash = `canary-hash-${randomUUID()}`;
    const { pool } = connections();
    await pool.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, hash]);
    const { rows } = await pool.query('SELECT secret_hash FROM account_links WHERE user_id = $1', [user.id]);
    const linkHash: Buffer = rows[0].secret_hash;
    const token = tokenIn(reset.body);

    const answers = await Promise.all([
      ...[api.get('/users?limit=100'), api.get(`/users?q=${user.email}`), api.get(`/users/${user.id}`)],
      ...[api.patch(`/users/${user.id}`).send({ name: 'New' }), api.post('/auth/link').send({ token })],
      ...[api.post('/users').send(user), api.post('/validate/user').send({ ...user, password: hash })],
    ]);

    const said = JSON.stringify(answers.map(({ headers, text }) => [headers, text])) + lines.join('\n');
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 400, 200]);
    const secrets = [hash, token, ...(['hex', 'base64', 'base64url'] as const).map((form) => linkHash.toString(form))];
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    expect(said).not.toMatch(/passwordHash|password_hash|secretHash|secret_hash|argon2/);
    const kept = await pool.query('SELECT to_jsonb(account_links) AS link FROM account_links');
    expect(JSON.stringify(kept.rows)).not.toContain(token);
  });
});
