import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { pagesOf, type Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';
import { AuditRepository } from './audit.repository.js';
import type { NewAuditEntry } from './audit.schema.js';
import { verifyChain } from './verify-chain.js';

const { api, clock, connections, lines, services } = startApi();

const entry = (fields: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  ...{ action: 'source.created', outcome: 'succeeded', actor: { kind: 'system' } },
  ...fields,
});
const record = (fields?: Partial<NewAuditEntry>) => services().audit.record(entry(fields));
const verify = () => verifyChain(new AuditRepository(connections().pool));
const list = async (query: string): Promise<Item[]> => (await api.get(`/audit?${query}`).expect(200)).body.items;

it('SEC27 says who did what, when, to what, from where, and how it ended', async () => {
  const [user, target] = [randomUUID(), randomUUID()];
  clock.now = new Date('2026-03-04T05:06:07.089Z');

  await record({
    actor: { kind: 'user', id: user, name: 'ada@example.com' },
    target: { kind: 'source', id: target },
    remote: '192.0.2.7',
    requestId: 'request-1',
    details: { changed: ['name'] },
  });

  expect(await list(`targetId=${target}`)).toEqual([
    {
      position: expect.any(Number),
      at: '2026-03-04T05:06:07.089+00:00',
      action: 'source.created',
      outcome: 'succeeded',
      actor: { kind: 'user', id: user, name: 'ada@example.com' },
      target: { kind: 'source', id: target },
      remote: '192.0.2.7',
      requestId: 'request-1',
      details: { changed: ['name'] },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
});

it('leaves what is not known null', async () => {
  const action = unique('least');
  await record({ action, outcome: 'denied', actor: { kind: 'anonymous' } });

  expect(await list(`action=${action}`)).toMatchObject([
    { actor: { kind: 'anonymous', id: null, name: null }, target: null, remote: null, requestId: null, details: null },
  ]);
});

it('lists newest first, in pages to which a new entry adds nothing', async () => {
  const action = unique('paged');
  for (let number = 1; number <= 5; number++) await record({ action, details: { number } });

  const pages = await pagesOf(api, `/audit?action=${action}&limit=2`, () => record({ action, details: { number: 6 } }));

  expect(pages.map((page) => page.map(({ details }) => details.number))).toEqual([[5, 4], [3, 2], [1]]);
});

it('filters by action, actor, target, outcome and time', async () => {
  const [action, actor, other, target] = [unique('filtered'), randomUUID(), randomUUID(), randomUUID()];
  const entries: [string, Partial<NewAuditEntry>][] = [
    ['2026-01-01T00:00:00Z', { actor: { kind: 'user', id: actor } }],
    ['2026-01-02T00:00:00Z', { actor: { kind: 'user', id: other }, target: { kind: 'source', id: target } }],
    ['2026-01-03T00:00:00Z', { outcome: 'denied' }],
    ['2026-01-04T00:00:00Z', { outcome: 'failed' }],
  ];
  for (const [at, fields] of entries) {
    clock.now = new Date(at);
    await record({ action, ...fields });
  }
  const days = async (query: string) =>
    (await list(`action=${action}&${query}`)).map(({ at }: Item) => new Date(at).getUTCDate());

  expect(await days('')).toEqual([4, 3, 2, 1]);
  expect(await days(`actorId=${actor}`)).toEqual([1]);
  expect(await days(`targetId=${target}`)).toEqual([2]);
  expect(await days('outcome=denied')).toEqual([3]);
  expect(await days('from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z')).toEqual([3, 2]);
  expect(await list('action=nothing.of.this.name')).toEqual([]);
});

it.each([
  ['cursor', 'x'],
  ['cursor', Buffer.from('["0"]').toString('base64url')],
  ['cursor', Buffer.from('["99999999999999999999"]').toString('base64url')],
  ['actorId', 'ada'],
  ['outcome', 'perhaps'],
  ['from', 'yesterday'],
  ['action', '%00'],
  ['order', 'asc'],
])('refuses %s=%s and points at it', async (name, value) => {
  const { body } = await api.get(`/audit?${name}=${value}`).expect(400);

  expect(body.errors).toMatchObject([{ pointer: `#/query/${name}` }]);
});

it('SEC26 keeps CR LF, ANSI, U+2028, NUL and lone surrogates within one row and one line', async () => {
  const action = unique('hostile');
  const hostile = 'a\r\nb\u001b[31mc\u2028d\u0000e\ud800f';

  await record({
    action,
    actor: { kind: 'anonymous', name: hostile },
    target: { kind: hostile, id: hostile },
    remote: hostile,
    requestId: hostile,
    details: { [hostile]: hostile },
  });

  const kept = 'a\r\nb\u001b[31mc\u2028de\ufffdf';
  const items = await list(`action=${action}`);
  expect(items).toMatchObject([
    { actor: { name: kept }, target: { kind: kept, id: kept }, remote: kept, details: { [hostile]: hostile } },
  ]);
  const { rows } = await connections().pool.query('SELECT details FROM audit_entries WHERE action = $1', [action]);
  expect(rows).toEqual([{ details: expect.stringMatching(/^[ -~]+$/) }]);
  await services().audit.announceHead();
  expect(lines.filter((text) => text.includes('The audit log ends here.'))).toHaveLength(1);
});

it('keeps no secret', async () => {
  const action = unique('secretive');
  const given = { password: 'hunter2', nested: { apiKey: 'hunter2' }, header: 'Bearer hunter2hunter2', name: 'kept' };

  await record({ action, details: given, actor: { kind: 'anonymous', name: 'https://ada:hunter2@example.com' } });

  const { rows } = await connections().pool.query('SELECT a::text AS row FROM audit_entries a WHERE action = $1', [
    action,
  ]);
  expect(rows[0].row).toContain('kept');
  expect(rows[0].row).not.toContain('hunter2');
});

it('cuts texts to what their columns hold', async () => {
  const id = 'x'.repeat(300);
  await record({ target: { kind: id, id }, remote: id, requestId: id, actor: { kind: 'user', name: id } });

  const [{ target, remote, requestId, actor }] = await list(`targetId=${'x'.repeat(254)}`);
  expect([target.kind, target.id, remote, requestId, actor.name].map(({ length }) => length)).toEqual(
    [32, 254, 64, 64, 254], //
  );
});

it('SEC27 keeps one chain without a gap where 50 record at once', async () => {
  const { head: before } = await verify();

  await Promise.all(Array.from({ length: 50 }, (_, number) => record({ action: 'parallel', details: { number } })));

  const { head, fault } = await verify();
  expect({ added: head.position - before.position, fault }).toEqual({ added: 50n, fault: undefined });
});

it('keeps one chain where several processes record at once', async () => {
  const { head: before } = await verify();
  const insert = (number: number) =>
    connections().pool.query(
      `INSERT INTO audit_entries (at, action, outcome, actor_kind) SELECT now(), $1, 'denied', 'anonymous'
       FROM generate_series(1, 3)`,
      [`process ${number}`],
    );

  await Promise.all([...Array(20).keys()].map(insert));

  const { head, fault } = await verify();
  expect({ added: head.position - before.position, fault }).toEqual({ added: 60n, fault: undefined });
});

it('refuses an entry that PostgreSQL cannot keep, alone', async () => {
  const action = unique('faulty');
  const ids = [randomUUID(), 'not a UUID', randomUUID()];

  const outcomes = await Promise.allSettled(ids.map((id) => record({ action, actor: { kind: 'user', id } })));

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await list(`action=${action}`)).toHaveLength(2);
});
