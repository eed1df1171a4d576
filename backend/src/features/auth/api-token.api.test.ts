import { hash, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createToken } from '../../../test/callers.js';
import { runRecord } from '../../../test/factories.js';
import { people } from '../../../test/people.js';
import { startApi, unique } from '../../../test/start-api.js';
import { UnauthenticatedError } from '../../errors.js';
import type { Role, Scope } from '../../http/caller.js';

const sha256 = (text: string) => hash('sha256', text, 'buffer');
const DAY_MS = 24 * 3_600_000;
let looked = 0;
const api = startApi({ monotonicNow: () => (looked += 1_000) });
const { create, browser, apiClient, bearing } = people(api);
const pool = () => api.connections().pool;
type Person = Awaited<ReturnType<typeof browser>>;

const newToken = (page: Person, scopes: Scope[], more = {}) =>
  page.post('/tokens').send({ name: unique('token'), scopes, ...more });

const may = {
  read: (token: string) => bearing(token).get('/runs'),
  ingest: (token: string) =>
    bearing(token)
      .post('/ingest')
      .send(runRecord(unique('source'))),
  write: (token: string) =>
    bearing(token).patch('/pipelines/00000000-0000-4000-8000-000000000000').send({ displayName: 'x' }),
  admin: (token: string) => bearing(token).get('/users'),
};
/** Whether each is let through; what is let through may find nothing. */
async function mayDo(token: string) {
  const answers = await Promise.all(
    Object.entries(may).map(async ([what, call]) => ({ what, ...(await call(token)) })),
  );
  return answers
    .filter(({ what, status }) => (what === 'admin' ? status === 200 : ![401, 403].includes(status)))
    .map(({ what }) => what);
}

describe('SEC37 an API token', () => {
  it('is shown once, and kept as its SHA-256 alone', async () => {
    const user = await create();
    const page = await browser(user);
    const { body } = await newToken(page, ['read']).expect(201);
    const { token, ...rest } = body as { token: string; id: string };

    expect(token).toMatch(/^pw_[0-9A-Za-z]{46}$/);
    const { rows } = await pool().query<{ row: string; hash: Buffer }>(
      'SELECT t::text AS row, secret_hash AS hash FROM api_tokens t WHERE id = $1',
      [rest.id],
    );
    expect(Buffer.from(rows[0]?.hash ?? [])).toEqual(sha256(token));
    expect(rows[0]?.row).not.toContain(token.slice(3));
    const listed = await page.get('/tokens').expect(200);
    expect(listed.body.items).toEqual([rest]);
    expect(listed.text).not.toContain(token.slice(3));
    expect(listed.text).not.toContain(sha256(token).toString('hex'));
  });

  it.each<[Scope, string[]]>([
    ['read', ['read']],
    ['ingest', ['ingest']],
    ['write', ['read', 'ingest', 'write']],
    ['admin', ['read', 'ingest', 'write', 'admin']],
  ])('with the scope %s may %j of what an Admin may', async (scope, expected) => {
    const page = await browser(await create('admin'));
    const { body } = await newToken(page, [scope]).expect(201);
    expect(await mayDo(String(body.token))).toEqual(expected);
  });

  it('may no more than its owner at that moment', async () => {
    const owner = await create('admin');
    const { body } = await newToken(await browser(owner), ['admin', 'ingest']).expect(201);
    const token = String(body.token);
    const become = (role: Role) => api.api.patch(`/users/${owner.id}`).send({ role }).expect(200);

    expect(await mayDo(token)).toEqual(['read', 'ingest', 'write', 'admin']);
    await become('maintainer');
    expect(await mayDo(token)).toEqual(['read', 'ingest', 'write']);
    await become('viewer');
    expect(await mayDo(token)).toEqual(['read']);
    await become('admin');
    expect(await mayDo(token)).toEqual(['read', 'ingest', 'write', 'admin']);
  });

  it.each<[Role, Scope[]]>([
    ['viewer', ['ingest', 'write', 'admin']],
    ['maintainer', ['admin']],
  ])('is not made by a %s for what they may not: %j', async (role, refused) => {
    const page = await browser(await create(role));
    for (const scope of ['read', 'ingest', 'write', 'admin'] as const) {
      const { status } = await newToken(page, [scope]);
      expect({ scope, status }).toEqual({ scope, status: refused.includes(scope) ? 403 : 201 });
      if (!refused.includes(scope)) continue;
      // Nor beside one that they may.
      await newToken(page, ['read', scope]).expect(403);
    }
  });

  it('makes, lists and revokes no tokens, and is no person otherwise', async () => {
    const owner = await create('admin');
    const { body } = await newToken(await browser(owner), ['admin']).expect(201);
    const machine = bearing(String(body.token));
    await machine
      .post('/tokens')
      .send({ name: 'more', scopes: ['read'] })
      .expect(403);
    await machine.get('/tokens').expect(403);
    await machine.delete(`/tokens/${body.id}`).expect(403);
    await machine.get('/auth/sessions').expect(403);
    await machine.delete('/auth/sessions').expect(403);
    await machine.post('/auth/logout').expect(403);
    await machine.put('/auth/password').send({ currentPassword: 'x', newPassword: 'y' }).expect(403);
    expect((await pool().query('SELECT 1 FROM api_tokens WHERE user_id = $1', [owner.id])).rowCount).toBe(1);
  });

  it('ends when it was said to, which is ninety days where it was not', async () => {
    const page = await browser(await create());
    const short = (await newToken(page, ['read'], { expiresInDays: 1 }).expect(201)).body;
    const usual = (await newToken(page, ['read']).expect(201)).body;
    expect(Date.parse(usual.expiresAt) - Date.parse(usual.createdAt)).toBe(90 * DAY_MS);

    const until = Date.parse(short.expiresAt);
    expect(until - Date.parse(short.createdAt)).toBe(DAY_MS);
    api.clock.now = new Date(until - 1);
    await bearing(short.token).get('/auth/me').expect(200);
    api.clock.now = new Date(until);
    const { body } = await bearing(short.token).get('/auth/me').expect(401);
    expect(body.detail).toBe('The API token has expired.');
    await bearing(usual.token).get('/auth/me').expect(200);
  });

  it.each([0, -1, 367, 1.5, '90', null])('is not made for %j days', async (expiresInDays) => {
    const page = await browser(await create());
    const { body } = await newToken(page, ['read'], { expiresInDays }).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '#/body/expiresInDays' }]);
  });

  it('tells when it was used last, to the minute', async () => {
    const page = await browser(await create());
    const { id, token } = (await newToken(page, ['read']).expect(201)).body;
    const used = async () => {
      const { body } = await page.get('/tokens').expect(200);
      return (body.items as { id: string; lastUsedAt: string | null }[]).find((one) => one.id === id)?.lastUsedAt;
    };
    expect(await used()).toBeNull();
    const first = api.clock.now;
    await bearing(token).get('/runs').expect(200);
    api.clock.now = new Date(first.getTime() + 60_000);
    await bearing(token).get('/runs').expect(200);
    expect(await used()).toBe(first.toISOString());
    const next = new Date(first.getTime() + 60_001);
    api.clock.now = next;
    await bearing(token).get('/runs').expect(200);
    expect(await used()).toBe(next.toISOString());
  });

  it("is its owner's and the Admins' to revoke, and stays revoked", async () => {
    const [owner, stranger, chief] = [await create(), await create('maintainer'), await create('admin')];
    const page = await browser(owner);
    const made = await Promise.all([1, 2].map(async () => (await newToken(page, ['read']).expect(201)).body));
    const [own, admins] = made as { id: string; token: string }[];
    await (await browser(stranger)).delete(`/tokens/${own?.id}`).expect(404);
    await bearing(String(own?.token)).get('/auth/me').expect(200);

    await page.delete(`/tokens/${own?.id}`).expect(204);
    await (await browser(chief)).delete(`/tokens/${admins?.id}`).expect(204);
    const revokedAt = async () =>
      ((await page.get('/tokens')).body.items as { revokedAt: string }[]).map((one) => one.revokedAt);
    const before = await revokedAt();
    api.clock.now = new Date(api.clock.now.getTime() + 1_000);
    await page.delete(`/tokens/${own?.id}`).expect(204);
    expect(await revokedAt()).toEqual(before);
    for (const one of made) {
      const { body } = await bearing(one.token).get('/auth/me').expect(401);
      expect(body.detail).toBe('The API token was revoked.');
    }
  });

  it('of somebody else is seen by Admins alone', async () => {
    const owner = await create();
    const { id } = (await newToken(await browser(owner), ['read']).expect(201)).body;
    const chief = await browser(await create('admin'));
    const everyone = await chief.get('/tokens?everyone=true&limit=100').expect(200);
    expect((everyone.body.items as { id: string }[]).map((one) => one.id)).toContain(id);
    expect((await chief.get('/tokens').expect(200)).body.items).toEqual([]);
    const { status } = await (await browser(await create('maintainer'))).get('/tokens?everyone=true');
    expect(status).toBe(403);
  });
});

it('cannot be made for a user who is deleted meanwhile', async () => {
  const making = api.services().apiTokens.createFor(randomUUID(), { name: 'late', scopes: ['read'], expiresInDays: 1 });

  await expect(making).rejects.toThrow(UnauthenticatedError);
});

describe('SEC6 SEC7 GET /auth/me', () => {
  it('says who asks, and by what', async () => {
    const user = await create('maintainer');
    const said = { id: user.id, email: user.email, name: user.name, role: 'maintainer' };
    const me = async (caller: { get: typeof api.api.get }) => (await caller.get('/auth/me').expect(200)).body;
    expect(await me(await browser(user))).toMatchObject({ user: said, credential: { kind: 'session', scopes: null } });
    expect(await me(await apiClient(user))).toMatchObject({
      ...{ user: said, credential: { kind: 'access token', scopes: null } },
    });
    const token = await createToken(pool(), user, ['read']);
    expect(await me(bearing(token))).toMatchObject({ user: said, credential: { kind: 'api token', scopes: ['read'] } });
  });
});
