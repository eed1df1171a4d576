import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { callerOf } from '../test/cast.js';
import {
  named,
  operations,
  pathOf,
  requestOf,
  send,
  takesJson,
  type Answered,
  type Operation,
} from '../test/operations.js';
import { startApi, unique } from '../test/start-api.js';

const started = startApi();
const { api, base, connections, lines, reported } = started;

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
}

/** Of an Admin's client, to whom everything is open, and whose requests need no origin. */
let caller: Record<string, string>;
let document: {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
};
beforeAll(async () => {
  caller = await callerOf(started, 'admin', 'jwt');
  document = (await api.get('/api/openapi.json').expect(200)).body;
});

/** Fields of what is kept that are not for callers to say. */
const NOT_FOR_CALLERS = [
  ...[
    'id',
    'role',
    'tenantId',
    'tenant_id',
    'userId',
    'ownerId',
    'isAdmin',
    'scopes',
    'status',
    'disabledAt',
    'revokedAt',
  ],
  ...[
    'tokenHash',
    'secretHash',
    'passwordHash',
    'password_hash',
    'secretCurrent',
    'createdAt',
    'updatedAt',
    'deletedAt',
  ],
];
const OPERATORS: unknown[] = [
  { not: '' },
  { startsWith: '' },
  { $ne: null },
  { in: [''] },
  [''],
  [{ not: '' }],
  { toString: 'x' },
];
const QUERIES = [
  ...['filter[user][passwordHash][startsWith]=a', 'where[email][not]=', 'select[passwordHash]=true', 'include=user'],
  ...['__proto__[polluted]=1', 'constructor[prototype][polluted]=1', '__proto__.polluted=1', 'role=admin&role=viewer'],
];
const TOO_DEEP = 65;

const withJson = named(operations.filter(takesJson));
const clone = (operation: Operation) => structuredClone(operation.example) as Record<string, unknown>;

async function call(
  operation: Operation,
  init: { body?: string; headers?: Record<string, string>; query?: string } = {},
) {
  const { body, headers = {}, query } = init;
  const request = { ...requestOf(operation, { ...caller, ...headers }), ...(body !== undefined && { body }) };
  const answer = await send(base() + pathOf(operation) + (query === undefined ? '' : `?${query}`), request);
  const type = answer.headers.get('content-type') ?? '';
  if (answer.text !== '') expect(type).toMatch(/; charset=utf-8$/);
  return answer;
}

const post = (operation: Operation, body: unknown) => call(operation, { body: JSON.stringify(body) });

/** Where a body is at fault; also of the one endpoint that is asked for just that. */
function faultsIn({ errors, text, status }: Answered): string[] {
  if (errors) return errors.map(({ pointer }) => pointer);
  const found = status === 200 ? (JSON.parse(text) as { faults?: { pointer: string }[] }).faults : undefined;
  return found?.map(({ pointer }) => pointer.replace('#', '#/body')) ?? [];
}

function propertiesOf({ path, method }: Operation): Record<string, Schema> {
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined
      ? schema
      : resolved(
          schema.$ref
            .slice(2)
            .split('/')
            .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as Schema,
        );
  const given = resolved(document.paths[path]?.[method]?.requestBody?.content['application/json']?.schema ?? {});
  const object = [given, ...(given.anyOf ?? [])].map(resolved).find((schema) => schema.properties);
  return object?.properties ?? {};
}

describe.each(withJson)('%s', (_name, operation) => {
  it('SEC15 refuses each field that is not for its caller to say', async () => {
    const known = Object.keys({ ...propertiesOf(operation), ...clone(operation) });
    for (const field of NOT_FOR_CALLERS.filter((name) => !known.includes(name))) {
      const faults = faultsIn(await post(operation, { ...clone(operation), [field]: 'admin' }));
      expect({ field, faults }).toEqual({ field, faults: expect.arrayContaining([`#/body/${field}`]) });
    }
  });

  it('SEC14 SEC36 takes nothing that a query could be made of for a value', async () => {
    for (const field of Object.keys(clone(operation))) {
      for (const value of OPERATORS) {
        if (field === 'scopes' && Array.isArray(value)) continue;
        const faults = faultsIn(await post(operation, { ...clone(operation), [field]: value }));
        const found = faults.some((pointer) => pointer.startsWith(`#/body/${field}`));
        expect({ field, value, found, faults }).toEqual({ field, value, found: true, faults });
      }
    }
  });

  it('SEC17 lets no body reach a prototype', async () => {
    const poison = '{"polluted":1,"status":510,"json spaces":10,"exposedHeaders":["x"]}';
    for (const inside of [`"__proto__":${poison}`, `"constructor":{"prototype":${poison}}`]) {
      const body = JSON.stringify(operation.example).replace('{', `{${inside},`);
      const faults = faultsIn(await call(operation, { body }));

      expect(faults).toContainEqual(expect.stringMatching(/^#\/body\/(__proto__|constructor)$/));
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    }
    const { status, text } = await send(`${base()}/health`, {});
    expect({ status, spaces: text.includes('\n') }).toEqual({ status: 200, spaces: false });
  });

  it('SEC19 bounds the depth, the number of fields and the size of a body', async () => {
    const deep = '['.repeat(TOO_DEEP) + ']'.repeat(TOO_DEEP);
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, number) => [`f${number}`, 1]));
    const bytes = operation.maxBodyBytes ?? 1024 * 1024;

    expect(await call(operation, { body: `{"x":${deep}}` })).toMatchObject({
      ...{ status: 400, errors: [{ pointer: '#/body', detail: 'is nested deeper than 64 levels' }] },
    });
    expect(faultsIn(await post(operation, { ...clone(operation), ...fields })).length).toBeLessThanOrEqual(100);
    expect(await call(operation, { body: `"${'x'.repeat(bytes)}"` })).toMatchObject({ status: 413 });
  });

  it('SEC33 takes JSON, and nothing that says it is something else', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/jsonx',
      '',
    ]) {
      expect({ type, ...(await call(operation, { headers: { 'content-type': type } })) }).toMatchObject({
        status: 415,
      });
    }
  });

  it('SEC26 has one line in the log and one row in the audit log, whatever its texts hold', async () => {
    const texts = Object.entries(propertiesOf(operation)).filter(
      ([, { type, enum: named }]) => type === 'string' && !named,
    );
    for (const [field] of texts) {
      const requestId = randomUUID();
      const hostile = `${unique('x')}\r\n{"level":"error","forged":1}\u001b[31m\u2028\u2029\u0085\u009b\t\u0007`;
      const body = JSON.stringify({ ...clone(operation), [field]: hostile });
      const { status } = await call(operation, { body, headers: { 'x-request-id': requestId } });
      expect(status).toBeLessThan(500);

      const { rows } = await connections().pool.query('SELECT * FROM audit_entries WHERE request_id = $1', [requestId]);
      expect(rows.length).toBeLessThanOrEqual(1);
      // eslint-disable-next-line no-control-regex
      for (const row of rows) expect(row.details ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }
    for (const line of lines) {
      expect(JSON.parse(line)).not.toHaveProperty('forged');
      // eslint-disable-next-line no-control-regex
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }
  });
});

describe.each(named(operations))('%s', (_name, operation) => {
  it('SEC14 SEC17 SEC36 takes no parameter for an operator, a prototype, or one of two', async () => {
    for (const query of QUERIES) {
      const { status, errors } = await call(operation, { query });
      // The sender of a hook chooses its address: what counts there is the signature.
      const expected = operation.access === 'signed' ? [400, 401] : [400];
      expect({ query, status: expected.includes(status) }).toEqual({ query, status: true });
      if (operation.access !== 'signed') expect(errors?.[0]?.pointer).toMatch(/^#\/query\//);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('SEC33 answers in no other form than its own', async () => {
    const { status } = await call(operation, { headers: { accept: 'image/png' } });
    expect(status).toBe(406);
  });

  if (operation.path.includes('{')) {
    it('SEC14 takes nothing for an id that is not one', async () => {
      for (const text of [
        '{"not":""}',
        `' OR 1=1 --`,
        '*',
        'undefined',
        '[object Object]',
        '__proto__',
        `${randomUUID()},x`,
      ]) {
        const path = operation.path.replace(/\{\w+\}/, encodeURIComponent(text));
        const { status } = await send(base() + path, requestOf(operation, caller));
        const expected = operation.path.startsWith('/problems') ? 404 : operation.access === 'signed' ? status : 400;
        expect({ text, status }).toEqual({ text, status: expected });
        expect(status).toBeLessThan(500);
      }
    });
  }
});

describe('SEC19 every list', () => {
  const lists = operations.filter(({ method, request }) => method === 'get' && 'limit' in (request.query?.shape ?? {}));

  it.each(named(lists))('%s bounds its pages', async (_name, operation) => {
    for (const limit of ['0', '101', '-1', '1.5', '1e2', '1000000000', '', 'all', '%20', '0x10']) {
      const { status, errors } = await call(operation, { query: `limit=${limit}` });
      expect({ limit, status, at: errors?.map(({ pointer }) => pointer) }).toEqual({
        limit,
        status: 400,
        at: ['#/query/limit'],
      });
    }
  });
});

it('SEC28 none of this was a failure that nobody foresaw', () => expect(reported).toEqual([]));
