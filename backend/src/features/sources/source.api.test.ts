import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { plainRecord } from '../../../test/factories.js';
import { pagesOf } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, connections, lines, clock } = startApi();

const create = (body: object) => api.post('/sources').send(body);
const connect = async (body: object = {}) =>
  (await create({ name: unique('github'), kind: 'github', ...body }).expect(201)).body;

describe('a source that is connected', () => {
  it('says where its deliveries go, and its secret this once', async () => {
    const name = unique('github');

    const { body, headers } = await create({ name, kind: 'github' }).expect(201);

    expect(headers.location).toBe(`/api/v1/sources/${body.id}`);
    expect(body).toEqual({
      ...{ id: expect.any(String), name, kind: 'github', hookPath: `/api/v1/hooks/${name}` },
      ...{ previousSecretValidUntil: null, createdAt: expect.any(String), updatedAt: expect.any(String) },
      secret: expect.stringMatching(/^[\w-]{43}$/),
    });
    const { secret, ...rest } = body;
    expect((await api.get(`/sources/${body.id}`).expect(200)).body).toEqual(rest);
    const { text } = await api.get('/sources?limit=100').expect(200);
    expect(text).toContain(name);
    expect(text).not.toContain(secret);
  });

  it('SEC16 has a secret that is nowhere to be found: not in the database, not in the log', async () => {
    const secret = `canary-${randomUUID()}`;
    const { id } = await connect({ secret });
    await api
      .post(`/sources/${id}/rotate-secret`)
      .send({ secret: `${secret}-2` })
      .expect(200);

    const { rows } = await connections().pool.query('SELECT * FROM sources WHERE id = $1', [id]);

    const kept = Buffer.concat([rows[0].secret_current, rows[0].secret_previous]).toString('latin1');
    expect(JSON.stringify(rows) + kept + lines.join()).not.toContain(secret);
    expect(rows[0].secret_previous).not.toEqual(rows[0].secret_current);
  });

  it('makes a secret of its own for each', async () => {
    expect((await connect()).secret).not.toBe((await connect()).secret);
  });

  it('is refused under a name that is, or was, taken, also of 20 that race', async () => {
    const body = { name: unique('github'), kind: 'github' };

    const answers = await Promise.all(Array.from({ length: 20 }, () => create(body)));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const { id } = answers.find(({ status }) => status === 201)?.body ?? {};
    await api.delete(`/sources/${id}`).expect(204);
    await create(body).expect(409);
  });

  it.each<[object, string]>([
    [{ kind: 'github' }, '#/body/name'],
    [{ name: 'a/b', kind: 'github' }, '#/body/name'],
    [{ name: '-a', kind: 'github' }, '#/body/name'],
    [{ name: '..', kind: 'github' }, '#/body/name'],
    [{ name: 'a' }, '#/body/kind'],
    [{ name: 'a', kind: 'records' }, '#/body/kind'],
    [{ name: 'a', kind: 'github', secret: 'fifteen letters' }, '#/body/secret'],
    [{ name: 'a', kind: 'github', secret: 'x'.repeat(257) }, '#/body/secret'],
    [{ name: 'a', kind: 'github', id: randomUUID() }, '#/body/id'],
    [{ name: 'a', kind: 'github', createdAt: '2020-01-01T00:00:00Z' }, '#/body/createdAt'],
  ])('is refused as %j', async (body, pointer) => {
    const answer = await create(body);

    expect({ status: answer.status, pointer: answer.body.errors?.[0].pointer }).toEqual({ status: 400, pointer });
  });
});

describe('the list of sources', () => {
  it('is newest first, and paged without loss or repetition', async () => {
    const names: string[] = [];
    for (let index = 0; index < 7; index++) names.push((await connect()).name);
    // Made in one statement, so at the same millisecond.
    const alike = unique('alike');
    await connections().pool.query(
      `INSERT INTO sources (id, kind, name) SELECT gen_random_uuid(), 'records', $1 || n FROM generate_series(1, 5) n`,
      [alike],
    );

    const pages = await pagesOf(api, '/sources?limit=2', () => connect());

    const found = pages.flat().map(({ name }) => name);
    expect(new Set(found).size).toBe(found.length);
    expect(found.filter((name) => name.startsWith(alike))).toHaveLength(5);
    expect(found.filter((name) => names.includes(name))).toEqual(names.toReversed());
  });
});

describe('a secret that is rotated', () => {
  it('says until when the one before is taken', async () => {
    const { id } = await connect();
    clock.now = new Date('2026-03-01T12:00:00Z');
    const rotate = async (body: object) => (await api.post(`/sources/${id}/rotate-secret`).send(body).expect(200)).body;

    expect((await rotate({})).previousSecretValidUntil).toBe('2026-03-02T12:00:00.000Z');
    expect((await rotate({ overlapSeconds: 60 })).previousSecretValidUntil).toBe('2026-03-01T12:01:00.000Z');
    expect((await rotate({ secret: 'sixteen letters!' })).secret).toBe('sixteen letters!');
  });

  it.each<[object, string]>([
    [{ overlapSeconds: -1 }, '#/body/overlapSeconds'],
    [{ overlapSeconds: 604_801 }, '#/body/overlapSeconds'],
    [{ overlapSeconds: '60' }, '#/body/overlapSeconds'],
    [{ secret: 'short' }, '#/body/secret'],
  ])('is refused as %j', async (body, pointer) => {
    const { id } = await connect();
    const answer = await api.post(`/sources/${id}/rotate-secret`).send(body);

    expect({ status: answer.status, pointer: answer.body.errors?.[0].pointer }).toEqual({ status: 400, pointer });
  });

  it('is refused for a source of records, which has none', async () => {
    const source = unique('api');
    await api.post('/ingest').send(plainRecord(source)).expect(202);
    const { rows } = await connections().pool.query('SELECT id FROM sources WHERE name = $1', [source]);

    await api.post(`/sources/${rows[0].id}/rotate-secret`).send({}).expect(409);
    expect((await api.get(`/sources/${rows[0].id}`).expect(200)).body.hookPath).toBeNull();
  });
});

describe('a source that was deleted', () => {
  it('is gone, its secrets too, and what it sent stays', async () => {
    const { id } = await connect();
    await api.delete(`/sources/${id}`).expect(204);

    await api.get(`/sources/${id}`).expect(404);
    await api.delete(`/sources/${id}`).expect(404);
    await api.post(`/sources/${id}/rotate-secret`).send({}).expect(404);
    const { rows } = await connections().pool.query(
      'SELECT secret_current, secret_previous FROM sources WHERE id = $1',
      [id],
    );
    expect(rows).toEqual([{ secret_current: null, secret_previous: null }]);
  });

  it('that never was is a 404', async () => {
    await api.get(`/sources/${randomUUID()}`).expect(404);
    await api.delete(`/sources/${randomUUID()}`).expect(404);
  });
});
