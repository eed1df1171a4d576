import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createUser } from '../test/callers.js';
import { isOpen, operations, pathOf, requestOf, send, type Operation } from '../test/operations.js';
import { startApi } from '../test/start-api.js';
import { rightsOf, type Caller } from './http/caller.js';

const started = startApi();
const { api, base, connections, lines, reported, services } = started;

/** What must not be told: words of a query, a place in the code, an address. */
const INSIDE = 'SELECT password_hash FROM users -- at user.repository.ts:42 on 10.0.0.7';
const bug = () => new Error(INSIDE);
const away = () => Object.assign(new Error(INSIDE), { code: 'ECONNREFUSED' });

type Part = Record<string, unknown>;

/** Puts back what was replaced. */
const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0).reverse()) one();
});

function replace(part: object, name: string, by: unknown): void {
  const own = Object.getOwnPropertyDescriptor(part, name);
  Object.defineProperty(part, name, { value: by, configurable: true, writable: true });
  undo.push(() => (own ? Object.defineProperty(part, name, own) : Reflect.deleteProperty(part, name)));
}

function breakEveryMethod(part: object, fail: () => never): void {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(part)).filter((name) => name !== 'constructor');
  for (const name of methods) if (typeof (part as Part)[name] === 'function') replace(part, name, fail);
}

const FEATURES = [
  ...['accounts', 'apiTokens', 'audit', 'changes', 'deployments', 'environments', 'hooks', 'jobs', 'live'],
  ...['pipelines', 'quarantine', 'records', 'repositories', 'runs', 'securityText', 'sessions', 'signIns', 'sources'],
  'users',
] as const;

const LAYERS: Record<string, (error: () => Error) => void> = {
  'who asks': (error) => replace(services().protection, 'identify', () => Promise.reject(error())),
  'who asks, at once': (error) =>
    replace(services().protection, 'identify', () => {
      throw error();
    }),
  'the rate limit': (error) => replace(services().protection, 'limit', () => Promise.reject(error())),
  'the audit log': (error) => replace(services().protection, 'record', () => Promise.reject(error())),
  services: (error) => {
    for (const name of FEATURES) {
      breakEveryMethod(services()[name], () => {
        throw error();
      });
    }
  },
  'the database': (error) => {
    const fail = () => Promise.reject(error());
    for (const name of ['query', 'connect']) replace(connections().pool, name, fail);
  },
};
/** Where an operation passes them by. */
const OPERATIONS_AFFECTED: Record<string, (operation: Operation) => boolean> = {
  'who asks': (operation) => !isOpen(operation),
  'who asks, at once': (operation) => !isOpen(operation),
  'the rate limit': ({ rate }) => rate !== 'none',
  'the audit log': ({ audit, method, path }) => audit !== undefined && audit !== 'none' && !needsMore({ method, path }),
  services: ({ path }) => !path.endsWith('/auth/me') && !path.endsWith('/info') && path.startsWith('/api/'),
  // The example of a refresh token is known to be none without asking.
  'the database': ({ method, path }) => method !== 'get' && !path.endsWith('/refresh'),
};
/** What fails before it is audited, or at a body that has faults. */
const needsMore = ({ method, path }: Pick<Operation, 'method' | 'path'>) => method === 'put' || path.includes('/auth/');

let admin: Caller;
beforeAll(async () => {
  const { id: userId, ...user } = await createUser(connections().pool, { role: 'admin' });
  admin = { kind: 'access token', credentialId: userId, userId, ...user, rights: rightsOf('admin') };
});

const askAs = (caller: Caller) => replace(services().protection, 'identify', () => caller);

const KINDS: [string, () => Error, number][] = [
  ['a bug', bug, 500],
  ['a database that is away', away, 503],
];

describe.each(Object.entries(LAYERS))('SEC28 a failure in %s', (layer, breakIt) => {
  it.each(KINDS)(
    'that is %s says nothing of it, whatever was asked, and the process lives',
    async (_kind, error, status) => {
      askAs(admin);
      breakIt(error);
      const failed: string[] = [];
      for (const operation of operations) {
        const answer = await send(base() + pathOf(operation), requestOf(operation, { authorization: 'Bearer x' }));

        const { name } = operation;
        const said = answer.text + JSON.stringify([...answer.headers]);
        expect({ name, told: /SELECT|\.ts|10\.0\.0|stack|node_modules/.test(said) }).toEqual({ name, told: false });
        if (answer.status < 500) continue;
        failed.push(name);
        expect({ name, status: answer.status }).toEqual({ name, status });
        expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(Object.keys(JSON.parse(answer.text) as object).sort()).toEqual(
          status === 500
            ? ['requestId', 'status', 'title', 'type']
            : ['detail', 'requestId', 'status', 'title', 'type'],
        );
        if (status === 503) expect(answer.headers.get('retry-after')).toBe('5');
      }
      for (const one of undo.splice(0).reverse()) one();

      const affected = operations
        .filter((operation) => OPERATIONS_AFFECTED[layer]?.(operation))
        .map(({ name }) => name);
      expect(affected.filter((name) => !failed.includes(name))).toEqual([]);
      expect(affected.length).toBeGreaterThan(10);
      if (status === 500) expect(reported.length).toBe(failed.length);
      else expect(reported).toEqual([]);
      expect(lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(status === 500 ? failed.length : 0);
      await api.get('/users').expect(200);
    },
  );
});
