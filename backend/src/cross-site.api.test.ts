import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callerOf } from '../test/cast.js';
import { deploymentRecord, runRecord } from '../test/factories.js';
import { changes, isOpen, named, operations, pathOf, requestOf, send, type Operation } from '../test/operations.js';
import { startApi, unique } from '../test/start-api.js';
import { tableContents } from '../test/table-contents.js';

const started = startApi();
const { api, base, clock, connections, project, signIn } = started;

const EVIL = 'https://evil.example';
const HERE = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8000' };

/** What a browser would send along with a page that is not ours, or that nobody can tell from one. */
const FOREIGN: [string, Record<string, string>][] = [
  ['of another origin', { origin: EVIL }],
  ['of another origin that claims to be ours', { ...HERE, origin: EVIL }],
  ['of an origin that begins with ours', { ...HERE, origin: 'http://localhost:8000.evil.example' }],
  ['of another port', { ...HERE, origin: 'http://localhost:3000' }],
  ['of no origin', { ...HERE, origin: 'null' }],
  ['of another site', { ...HERE, 'sec-fetch-site': 'cross-site' }],
  ['of another host of the site', { ...HERE, 'sec-fetch-site': 'same-site' }],
  ['that does not say whose it is', {}],
  ['that was typed, and has no origin', { 'sec-fetch-site': 'none' }],
];
const BODIES_OF_FORMS = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];

/** Each test has a minute of its own: in one, an address leaves so many denials in the audit log and no more. */
let minutes = 0;
beforeEach(() => {
  clock.now = new Date(clock.now.getTime() + ++minutes * 60_000);
});

/** One of each thing that an address may name, all of which the Admin may change. */
let ids: Record<string, string>;
beforeAll(async () => {
  const source = unique('api');
  await api
    .post('/ingest')
    .send([runRecord(source), deploymentRecord(source)])
    .expect(202);
  await project();
  const first = async (path: string) => (await api.get(path).expect(200)).body.items[0].id as string;
  const made = await api
    .post('/sources')
    .send({ name: unique('github'), kind: 'github' })
    .expect(201);
  const user = { email: `${unique('u')}@example.com`, name: 'Ada', role: 'viewer' };
  ids = {
    ...{ pipelines: await first('/pipelines'), runs: await first('/runs'), deployments: await first('/deployments') },
    ...{ sources: made.body.id, users: (await api.post('/users').send(user).expect(201)).body.id },
  };
});

/** The address of something that is there. */
const addressOf = (operation: Operation) => {
  const id = ids[operation.path.split('/')[3] ?? ''];
  return base() + pathOf(operation, id === undefined ? {} : { id });
};

const guarded = operations.filter((operation) => changes(operation) && !isOpen(operation));

describe.each(named(guarded))('SEC12 %s', (_name, operation) => {
  it('changes nothing for a page that is not ours, and says so', async () => {
    const { headers, user } = await signIn();
    const { cookie } = headers;
    const before = await tableContents(connections().pool, ['audit_entries']);
    const requestId = randomUUID();

    for (const [what, sent] of FOREIGN) {
      const answer = await send(
        addressOf(operation),
        requestOf(operation, { ...sent, cookie, 'x-request-id': requestId }),
      );
      expect({ what, status: answer.status }).toEqual({ what, status: 403 });
    }
    for (const type of BODIES_OF_FORMS) {
      const request = { ...requestOf(operation, { ...HERE, cookie, 'x-request-id': requestId, 'content-type': type }) };
      const answer = await send(addressOf(operation), { ...request, body: JSON.stringify(operation.example ?? {}) });
      expect({ type, status: answer.status }).toEqual({ type, status: 403 });
    }

    expect(await tableContents(connections().pool, ['audit_entries'])).toEqual(before);
    const { rows } = await connections().pool.query('SELECT * FROM audit_entries WHERE request_id = $1', [requestId]);
    expect(rows).toHaveLength(FOREIGN.length + BODIES_OF_FORMS.length);
    for (const row of rows) {
      expect(row).toMatchObject({
        action: 'access.denied',
        outcome: 'denied',
        actor_id: user.id,
        target_id: operation.name,
      });
    }
  });

  it('is served to our own page', async () => {
    const { cookie } = (await signIn()).headers;
    const { status, detail = '' } = await send(base() + pathOf(operation), requestOf(operation, { ...HERE, cookie }));

    expect(status === 403 && !detail.includes('current password')).toBe(false);
  });
});

describe.each(named(operations.filter((operation) => changes(operation) && isOpen(operation))))(
  'SEC12 %s',
  (_name, operation) => {
    it('takes no body that a form could send, since anybody may call it', async () => {
      const before = await tableContents(connections().pool);
      const types = BODIES_OF_FORMS.filter((type) => !operation.request.rawBody?.contentTypes.includes(type));

      for (const type of types) {
        const { status } = await send(
          base() + pathOf(operation),
          requestOf(operation, { 'content-type': type, origin: EVIL }),
        );
        expect({ type, status }).toEqual({ type, status: 415 });
      }

      expect(await tableContents(connections().pool)).toEqual(before);
    });
  },
);

it.each(['session', 'jwt', 'admin token'] as const)(
  'SEC12 reading changes no row but when its caller was last seen, by %s',
  async (credential) => {
    const caller = await callerOf(started, 'admin', credential);
    const read = credential === 'admin token' ? operations.filter(({ access }) => access !== 'person') : operations;
    clock.now = new Date(clock.now.getTime() + 5 * 60_000);
    const before = await tableContents(connections().pool);

    for (const operation of read.filter((one) => !changes(one))) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const { status } = await send(addressOf(operation), { headers: caller, method });
        const found = status < 300 || /problems/.test(operation.path);
        expect({ name: operation.name, method, status: found ? 'found' : status }).toEqual({
          ...{ name: operation.name, method, status: 'found' },
        });
      }
    }

    expect(await tableContents(connections().pool)).toEqual(before);
  },
);
