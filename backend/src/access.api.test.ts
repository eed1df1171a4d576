import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { callerOf, impostors } from '../test/cast.js';
import {
  isOpen,
  named,
  operations,
  pathOf,
  requestOf,
  send,
  type Answered,
  type Operation,
} from '../test/operations.js';
import { startApi } from '../test/start-api.js';
import { SCOPES, ROLES } from './http/caller.js';
import type { Access } from './http/endpoint.js';

const started = startApi();
const { api, base } = started;

/** Who is let in where, said a second time, by hand: what decides it (`rightsOf`) is not asked. */
const LET_IN = table(`
                          viewer  ingest  maintainer  admin  person
  viewer session          yes     -       -           -      yes
  viewer jwt              yes     -       -           -      yes
  viewer read token       yes     -       -           -      -
  viewer ingest token     -       -       -           -      -
  viewer write token      yes     -       -           -      -
  viewer admin token      yes     -       -           -      -
  maintainer session      yes     yes     yes         -      yes
  maintainer jwt          yes     yes     yes         -      yes
  maintainer read token   yes     -       -           -      -
  maintainer ingest token -       yes     -           -      -
  maintainer write token  yes     yes     yes         -      -
  maintainer admin token  yes     yes     yes         -      -
  admin session           yes     yes     yes         yes    yes
  admin jwt               yes     yes     yes         yes    yes
  admin read token        yes     -       -           -      -
  admin ingest token      -       yes     -           -      -
  admin write token       yes     yes     yes         -      -
  admin admin token       yes     yes     yes         yes    -
`);

/** These answer 401 or 403 themselves to what the example says: a body with faults shows that they were reached. */
const CHECKS_A_SECRET = ['POST /api/v1/auth/login', 'POST /api/v1/auth/refresh', 'PUT /api/v1/auth/password'];
/** Whose body must be one that every role may send. */
const BODIES: Record<string, object> = { 'POST /api/v1/tokens': { name: 'test', scopes: ['read'] } };
const HANDS_OUT_COOKIES = ['POST /api/v1/auth/login', 'POST /api/v1/auth/logout'];

const NOTHING = /^There is nothing at /;

let unknown: Record<string, Record<string, string>>;
beforeAll(async () => {
  unknown = { 'no credential': {}, ...(await impostors(started)) };
});

async function call(operation: Operation, headers: Record<string, string>): Promise<Answered> {
  const body = CHECKS_A_SECRET.includes(operation.name) ? {} : (BODIES[operation.name] ?? operation.example);
  const answer = await send(base() + pathOf(operation), requestOf(operation, headers, body));
  if (!HANDS_OUT_COOKIES.includes(operation.name)) expect(answer.headers.get('set-cookie')).toBeNull();
  return answer;
}

/** `in`, or the status by which they were kept out. Of the handler's own 401, only that of a signature is let in. */
function outcomeOf({ access }: Operation, { status, detail = '' }: Answered): string {
  if (access === 'signed') return 'in';
  if ([401, 403].includes(status) || (status === 404 && NOTHING.test(detail))) return String(status);
  return status < 500 ? 'in' : `failed with ${status}`;
}

describe.each(named(operations))('SEC1 %s', (_name, operation) => {
  it('lets in whom it declares, and nobody else', async () => {
    const refused = operation.concealed ? '404' : '403';
    const expected = Object.fromEntries(
      Object.entries(LET_IN).map(([who, accesses]) => [
        who,
        isOpen(operation) || accesses.includes(operation.access) ? 'in' : refused,
      ]),
    );

    const found = Object.fromEntries(
      await Promise.all(
        ROLES.flatMap((role) =>
          (['session', 'jwt', ...SCOPES.map((scope) => `${scope} token` as const)] as const).map(async (credential) => {
            const headers = await callerOf(started, role, credential);
            return [`${role} ${credential}`, outcomeOf(operation, await call(operation, headers))] as const;
          }),
        ),
      ),
    );

    expect(found).toEqual(expected);
  });

  it('knows nobody by a credential that is missing or not valid', async () => {
    for (const [what, headers] of Object.entries(unknown)) {
      const answer = await call(operation, headers);

      expect({ what, outcome: outcomeOf(operation, answer) }).toEqual({
        what,
        outcome: isOpen(operation) ? 'in' : '401',
      });
      if (!isOpen(operation)) expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });
});

describe.each(named(operations.filter(({ concealed }) => concealed)))('SEC1 %s', (_name, operation) => {
  it('is to those without the access as if it were not there', async () => {
    const { headers } = await started.signIn('viewer');
    const path = pathOf(operation);

    const concealed = await call({ ...operation, path }, headers);
    const absent = await send(`${base()}${path}-x`, requestOf(operation, headers));

    const plain = ({ text, headers: sent }: Answered, at: string) =>
      text.replace(at, '<path>').replace(String(sent.get('x-request-id')), '<id>');
    expect(concealed.status).toBe(404);
    expect(plain(concealed, path)).toBe(plain(absent, `${path}-x`));
  });
});

describe('SEC1 what is served', () => {
  it('is what the contract documents, with the access it documents', async () => {
    const { paths } = (await api.get('/api/openapi.json').expect(200)).body;
    const documented = Object.entries<Record<string, { 'x-access': string; 'x-rate-class': string }>>(paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [
          `${method.toUpperCase()} ${path}`,
          operation['x-access'],
          operation['x-rate-class'],
        ]),
    );

    expect(documented.sort()).toEqual(operations.map(({ name, access, rate }) => [name, access, rate]).sort());
  });

  it('is what the table for the review says', async () => {
    const text = await readFile(new URL('../../docs/ACCESS.md', import.meta.url), 'utf8');
    const rows = text.split('\n').filter((line) => /^\| (GET|POST|PUT|PATCH|DELETE) /.test(line));
    const others = (operation: Operation) => (isOpen(operation) ? '' : operation.concealed ? '404' : '403');

    expect(
      rows
        .map((row) =>
          row
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        )
        .sort(),
    ).toEqual(
      operations
        .map((operation) => {
          const { method, path, access, rate, audit = '' } = operation;
          return [method.toUpperCase(), `\`${path}\``, access, others(operation), rate, audit];
        })
        .sort(),
    );
  });

  it('documents a body with an example, by which these tests call it', () => {
    expect(operations.filter(({ request, example }) => request.body && example === undefined)).toEqual([]);
  });
});

function table(text: string): Record<string, Access[]> {
  const [head = '', ...rows] = text.trim().split('\n');
  const accesses = head.trim().split(/\s+/) as Access[];
  return Object.fromEntries(
    rows.map((row) => {
      const cells = row.trim().split(/\s+/);
      const marks = cells.slice(-accesses.length);
      const who = cells.slice(0, -accesses.length).join(' ');
      return [who, accesses.filter((_, column) => marks[column] === 'yes')];
    }),
  );
}
