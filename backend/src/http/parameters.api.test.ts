import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { plainRecord } from '../../test/factories.js';
import { startApi, unique } from '../../test/start-api.js';

const { api, base, reported, signIn } = startApi();

interface Parameter {
  in: string;
  name: string;
}

/** From the contract, so that a list that is added later is tested too. */
const lists: { path: string; parameters: string[] }[] = [];
/** A person's, to whom every list is open. */
let headers: Record<string, string>;
beforeAll(async () => {
  ({ headers } = await signIn());
  const { paths } = (await api.get('/api/openapi.json').expect(200)).body;
  for (const [path, operations] of Object.entries<{ get?: { parameters?: Parameter[] } }>(paths)) {
    const query = operations.get?.parameters?.filter((parameter) => parameter.in === 'query') ?? [];
    if (query.length > 0) lists.push({ path, parameters: query.map(({ name }) => name) });
  }
});

const get = async (path: string) => {
  const answer = await fetch(base() + path, { headers });
  const { errors, ...body } = (await answer.json()) as { errors?: { pointer: string; detail: string }[] };
  return { status: answer.status, pointers: errors?.map(({ pointer }) => pointer), errors, body };
};

const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

describe('every list', () => {
  it('is one of at least nine', () => expect(lists.length).toBeGreaterThanOrEqual(9));

  it('refuses a parameter that it does not know', async () => {
    for (const { path } of lists) {
      const { status, pointers } = await get(`${path}?sort=name&__proto__=1&constructor=1`);

      expect({ path, status, pointers }).toEqual({
        ...{ path, status: 400, pointers: ['#/query/sort', '#/query/__proto__', '#/query/constructor'] },
      });
    }
  });

  it('SEC35 refuses a credential, says where it belongs, and does not repeat it', async () => {
    for (const path of [...lists.map((list) => list.path), '/api/v1/info', '/metrics', '/health']) {
      for (const name of [
        'token',
        'access_token',
        'apiKey',
        'api-key',
        'PASSWORD',
        'client_secret',
        'jwt',
        'session_id',
      ]) {
        const { status, errors, body } = await get(`${path}?${name}=pw_secret`);

        expect({ path, status, errors }).toEqual({
          ...{ path, status: 400 },
          errors: [
            { pointer: `#/query/${name}`, detail: expect.stringContaining('send it in the Authorization header') },
          ],
        });
        expect(JSON.stringify(body)).not.toContain('pw_secret');
      }
    }
  });

  it('SEC36 refuses each parameter where it stands twice', async () => {
    for (const { path, parameters } of lists) {
      for (const name of parameters) {
        const { status, pointers } = await get(`${path}?${name}=1&${name}=2`);

        expect({ path, name, status }).toEqual({ path, name, status: 400 });
        expect(pointers?.[0]).toBe(`#/query/${name}`);
      }
    }
  });

  it('SEC36 takes brackets for a part of the name', async () => {
    for (const { path, parameters } of lists) {
      for (const name of parameters) {
        expect({ path, ...(await get(`${path}?${name}[]=1&${name}[a]=1`)) }).toMatchObject({
          ...{ path, status: 400, pointers: [`#/query/${name}[]`, `#/query/${name}[a]`] },
        });
      }
    }
  });

  it('refuses what no text can hold', async () => {
    for (const { path, parameters } of lists) {
      for (const name of parameters) {
        expect({ path, name, ...(await get(`${path}?${name}=%00`)) }).toMatchObject({ path, name, status: 400 });
      }
    }
  });

  it('answers to text that breaks a query of SQL, or looks like one, as to any other', async () => {
    for (const { path, parameters } of lists) {
      for (const name of parameters) {
        for (const value of [
          `' OR 1=1 --`,
          `"; DROP TABLE events; --`,
          '$1',
          '?',
          '%',
          '\\',
          '\ufeff',
          '%ff',
          'é'.repeat(255),
        ]) {
          const { status } = await get(`${path}?${name}=${encodeURIComponent(value)}`);
          expect({ path, name, value, known: [200, 400].includes(status) }).toEqual({ path, name, value, known: true });
        }
      }
    }
  });

  describe('that has pages', () => {
    const id = randomUUID();
    const time = '2026-01-01T00:00:00.000000Z';
    const withPages = () => lists.filter(({ parameters }) => parameters.includes('cursor'));
    const byTime = () => withPages().filter(({ path }) => !/environments|repositories|audit/.test(path));

    async function expectRefused(path: string, text: string) {
      const { status, pointers } = await get(`${path}?cursor=${encodeURIComponent(text)}`);
      expect({ path, text, status, pointers }).toEqual({ path, text, status: 400, pointers: ['#/query/cursor'] });
    }

    it.each([
      ...['', 'x', '!!!!', 'bnVsbA', cursor(), cursor(time), cursor(time, 'x'), cursor(time, id, 1), cursor(1, id)],
      ...[cursor({ a: 1 }, id), cursor('a\0b', id), cursor('x'.repeat(2000), id), cursor(time, `${id}'`)],
      ...['x'.repeat(6000), Buffer.from('['.repeat(700)).toString('base64url')],
    ])('refuses what is no cursor: %.40s', async (text) => {
      for (const { path } of withPages()) await expectRefused(path, text);
    });

    it.each([
      ...[
        'shop',
        '0000-01-01T00:00:00Z',
        '2026-01-01T00:00:00+23:59',
        '2026-02-30T00:00:00Z',
        '2026-01-01',
        'infinity',
      ],
    ])('and is ordered by time refuses one that begins with %s', async (key) => {
      for (const { path } of byTime()) await expectRefused(path, cursor(key, id));
    });

    it('takes one of its own form', async () => {
      for (const { path } of byTime())
        expect(await get(`${path}?cursor=${cursor(time, id)}`)).toMatchObject({ status: 200 });
      expect(reported).toEqual([]);
    });
  });
});

it('refuses parameters where none are known', async () => {
  for (const path of ['/api/v1/ingest/stats', '/api/v1/info', '/health', `/api/v1/runs/${randomUUID()}`]) {
    expect({ path, ...(await get(`${path}?verbose=1`)) }).toMatchObject({
      ...{ path, status: 400, pointers: ['#/query/verbose'] },
    });
  }
});

it.each(['not-a-uuid', '1', `${randomUUID()}x`, '..', '%2e%2e', "'", '%00', 'null', '{id}', '💥'])(
  'refuses the id %s, and says what it is not',
  async (id) => {
    for (const thing of ['runs', 'pipelines', 'deployments', 'sources']) {
      const { status, pointers } = await get(`/api/v1/${thing}/${encodeURIComponent(id)}`);

      // A path of two dots is another path before it is sent.
      if (id === '..') expect([200, 404]).toContain(status);
      else expect({ thing, status, pointers }).toEqual({ thing, status: 400, pointers: ['#/params/id'] });
    }
  },
);

it.each(['%', '%zz', '%c3%28', '%ed%a0%80', '%f0%9f'])('answers 400 to %s in a path', async (text) => {
  const { status, body } = await get(`/api/v1/runs/${text}`);

  expect({ status, detail: (body as { detail?: string }).detail }).toEqual({
    ...{ status: 400, detail: 'The path is not valid percent-encoding.' },
  });
});

it('SEC22 answers 431 to an address of 64 KB', async () => {
  const { status } = await get(`/api/v1/runs?branch=${'x'.repeat(65_536)}`);

  expect(status).toBe(431);
});

it('SEC22 answers 400 to 2,000 parameters, with a bounded list of faults', async () => {
  const { status, errors } = await get(`/api/v1/runs?${Array.from({ length: 2_000 }, (_, n) => `${n}=`).join('&')}`);

  expect(status).toBe(400);
  expect(errors).toHaveLength(100);
});

describe('SEC17 __proto__', () => {
  const post = (path: string, body: string) => api.post(path).set('Content-Type', 'application/json').send(body);

  it('in a body that is read strictly is one more field that is not known', async () => {
    const { status, body } = await post('/pipelines', `{"name":"${unique('p')}","__proto__":{"admin":true}}`);

    expect({ status, errors: body.errors }).toEqual({
      ...{ status: 400, errors: [{ pointer: '#/body/__proto__', detail: 'is not known here' }] },
    });
  });

  it('in the data of a record is data', async () => {
    const source = unique('api');
    const text = `{"type":"a","source":"${source}","data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`;

    await post('/ingest', text).expect(202);

    const { text: shown } = await api.get('/ingest/recent').expect(200);
    expect(shown).toContain('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('in a name is a name', async () => {
    await api
      .post('/ingest')
      .send(plainRecord('constructor', { type: 'hasOwnProperty' }))
      .expect(202);
    await api.get('/pipelines?q=__proto__').expect(200);
  });
});
