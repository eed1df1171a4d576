import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runRecord } from '../../../test/factories.js';
import { PASSWORD, people, WRONG_PASSWORD } from '../../../test/people.js';
import { startApi, unique } from '../../../test/start-api.js';
import { newSecretToken } from './secret-token.js';

const api = startApi();
const { create, browser, apiClient, bearing, logIn, anybody, refresh } = people(api);
const pool = () => api.connections().pool;

/** By name, what is nowhere to be seen: texts that only a secret holds. */
const canaries = new Map<string, string>();
let ids: string[] = [];
let before: string[] = [];

const SECRET_COLUMNS = [
  ['users', 'password_hash'],
  ['sessions', 'secret_hash'],
  ['spent_refresh_tokens', 'secret_hash'],
  ['api_tokens', 'secret_hash'],
  ['account_links', 'secret_hash'],
  ['sources', 'secret_current'],
  ['sources', 'secret_previous'],
] as const;

beforeAll(async () => {
  const { body: source } = await api.api
    .post('/sources')
    .send({ name: unique('canary'), kind: 'github' })
    .expect(201);
  const { body: rotated } = await api.api.post(`/sources/${source.id}/rotate-secret`).send({}).expect(200);
  const owner = await create('admin');
  const page = await browser(owner);
  const client = await apiClient(owner);
  const renewing = await apiClient(await create());
  await refresh(renewing.refreshToken).expect(200);
  const { body: token } = await page
    .post('/tokens')
    .send({ name: 'canary', scopes: ['admin'] })
    .expect(201);
  const invited = { email: `${randomUUID()}@example.com`, name: 'Canary', role: 'viewer' };
  const { body: user } = await api.api.post('/users').send(invited).expect(201);
  const link = String(user.link.url).split('#')[1] ?? '';
  await anybody.post('/auth/link').send({ token: link }).expect(200);
  const chosen = `chosen ${randomUUID()}`;
  await anybody.post('/auth/activate').send({ token: link, password: chosen }).expect(200);
  const { body: reset } = await api.api.post(`/users/${user.id}/password-reset`).expect(201);
  const newPassword = `changed ${randomUUID()}`;
  await page.put('/auth/password').send({ currentPassword: PASSWORD, newPassword }).expect(204);
  // Things that go wrong, with the same secrets in them.
  await logIn(owner.email, WRONG_PASSWORD).expect(401);
  const misplaced = { password: `misplaced ${randomUUID()}`, token: newSecretToken('pw_') };
  await logIn(misplaced.password, 'x').expect(401);
  await logIn(misplaced.token, 'x').expect(401);
  const mistaken = newSecretToken('pwr_');
  await refresh(mistaken).expect(401);
  const unknown = newSecretToken('pw_');
  await bearing(unknown).get('/runs').expect(401);
  await page
    .post('/users')
    .send({ email: 'x', password: chosen, token: String(token.token) })
    .expect(400);
  await page.put('/auth/password').send({ currentPassword: WRONG_PASSWORD, newPassword: chosen }).expect(403);
  await page
    .post('/tokens')
    .send({ name: 'x', scopes: [String(token.token)] })
    .expect(400);
  await anybody.get(`/runs?access_token=${token.token}`).expect(401);
  await api.api.get(`/runs?token=${token.token}&password=${encodeURIComponent(newPassword)}`).expect(400);
  await bearing('x').post('/ingest').set('Cookie', page.cookie).send(runRecord('canary')).expect(401);

  const secrets = {
    ...{ 'first password': PASSWORD, 'wrong password': WRONG_PASSWORD, chosen, newPassword, link, mistaken, unknown },
    ...{ 'misplaced password': misplaced.password, 'misplaced token': misplaced.token },
    ...{ 'reset link': String(reset.url).split('#')[1], cookie: page.cookie.split('=')[1], apiToken: token.token },
    ...{
      accessToken: client.accessToken.split('.')[2],
      refreshToken: client.refreshToken,
      spent: renewing.refreshToken,
    },
    ...{ 'secret of a source': source.secret, 'rotated secret': rotated.secret },
  };
  for (const [name, secret] of Object.entries(secrets)) if (secret) canaries.set(name, secret);
  for (const [table, column] of SECRET_COLUMNS) await addColumn(table, column);
  ids = [source.id, owner.id, token.id, user.id] as string[];
  // The access log is written in groups: with this line, it has all.
  const last = unique('/last');
  await api.api.get(last).expect(404);
  while (!api.lines.some((line) => line.includes(last))) await new Promise(setImmediate);
  before = [...api.lines];
});

/** Each value in the forms in which it could be shown. */
async function addColumn(table: string, column: string): Promise<void> {
  const { rows } = await pool().query<{ value: Buffer | string | null }>(`SELECT ${column} AS value FROM ${table}`);
  for (const [at, { value }] of rows.entries()) {
    if (value === null) continue;
    const bytes = Buffer.from(value as string);
    const forms = {
      text: typeof value === 'string' ? value : '',
      hex: bytes.toString('hex'),
      base64: bytes.toString('base64'),
    };
    for (const [form, text] of Object.entries({ ...forms, base64url: bytes.toString('base64url') })) {
      if (text.length > 8) canaries.set(`${table}.${column} ${at} ${form}`, text);
    }
  }
}

const found = (text: string) => [...canaries].filter(([, secret]) => text.includes(secret)).map(([name]) => name);

describe('SEC16 a secret is in', () => {
  it('every column that is for one', () => {
    for (const [table, column] of SECRET_COLUMNS) {
      const names = [...canaries.keys()].filter((name) => name.startsWith(`${table}.${column} `));
      expect({ table, column, some: names.length > 0 }).toEqual({ table, column, some: true });
    }
    expect(canaries.size).toBeGreaterThan(30);
  });

  it('no answer to a GET, whoever asks', async () => {
    const { paths } = (await api.api.get('/api/openapi.json').expect(200)).body as {
      paths: Record<string, Record<string, unknown>>;
    };
    const templates = Object.keys(paths).filter((path) => paths[path]?.get && !path.endsWith('/live'));
    expect(templates.length).toBeGreaterThan(20);
    const asked = templates.flatMap((path) =>
      path.includes('{') ? ids.map((id) => path.replace(/\{\w+\}/g, id)) : [path, `${path}?limit=100`],
    );
    const chief = await browser(await create('admin'));
    const callers = { chief, machine: api.api, viewer: await browser(await create()), anybody };
    for (const path of asked) {
      for (const [who, caller] of Object.entries(callers)) {
        const { text = '', headers } = await caller.get(path);
        expect({ path, who, found: found(text + JSON.stringify(headers)) }).toEqual({ path, who, found: [] });
      }
    }
  });

  it('no list of the tokens or the audit log, to its end', async () => {
    for (const path of ['/tokens?everyone=true&limit=100', '/audit?limit=100', '/users?limit=100', '/sources']) {
      const page = await browser(await create('admin'));
      let cursor: string | null = '';
      while (cursor !== null) {
        const given: string = cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
        const { text, body } = await page.get(given).expect(200);
        expect({ path, found: found(text) }).toEqual({ path, found: [] });
        cursor = (body as { nextCursor?: string | null }).nextCursor ?? null;
      }
    }
  });

  it('no row of the audit log, no line of the logs, and no metric', async () => {
    const { rows } = await pool().query<{ row: string }>('SELECT a::text AS row FROM audit_entries a');
    expect(rows.length).toBeGreaterThan(15);
    expect(found(rows.map(({ row }) => row).join('\n'))).toEqual([]);
    expect(before.filter((line) => line.includes('/auth/login')).length).toBeGreaterThan(3);
    expect(found(before.join('\n'))).toEqual([]);
    expect(found((await api.api.get('/metrics').expect(200)).text)).toEqual([]);
  });
});
