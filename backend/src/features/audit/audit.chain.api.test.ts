import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../../test/databases.js';
import { startApi } from '../../../test/start-api.js';
import { rowHash, type ChainHead } from './audit.chain.js';
import { AuditRepository } from './audit.repository.js';
import { verifyChain } from './verify-chain.js';

describe('the hash', () => {
  const { connections } = startApi();
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('\n', '|', ',', '"', '\\', '￿', 'é', '😀'), fc.string()) });
  const storable = text.map((value) => value.replaceAll('\0', '').toWellFormed().slice(0, 30).toWellFormed());
  const optional = fc.option(storable);

  it('SEC27 is the same in the database and in the code, whatever the texts hold', async () => {
    const entries = new AuditRepository(connections().pool);
    const row = fc.record({
      at: fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      action: storable,
      outcome: fc.constantFrom('succeeded' as const, 'denied' as const, 'failed' as const),
      actorKind: fc.constantFrom('user', 'system'),
      actorId: fc.option(fc.uuid()),
      ...{ actorName: optional, targetKind: optional, targetId: optional, remote: optional, requestId: optional },
      details: optional,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        const { position, hash } = await entries.head();
        await entries.append(rows);
        const kept = await entries.chainPage(position, 10);

        expect(kept).toMatchObject(rows);
        expect(kept[0]?.previousHash).toEqual(hash);
        for (const one of kept) expect(one.hash).toEqual(rowHash(one.previousHash, one));
      }),
      { numRuns: 60 },
    );
    expect((await verifyChain(entries)).fault).toBeUndefined();
  });

  it('tells apart rows whose fields only meet at another place', () => {
    const row = {
      ...{ position: 1n, at: new Date(0), action: 'a', outcome: 'denied', actorKind: 'user', actorId: null },
      ...{ actorName: 'ab', targetKind: 'c', targetId: null, remote: null, requestId: null, details: null },
    };
    const others = [
      { ...row, actorName: 'a', targetKind: 'bc' },
      { ...row, targetKind: null, targetId: 'c' },
      { ...row, requestId: '' },
    ];
    const hashes = [row, ...others].map((one) => rowHash(Buffer.alloc(32), one).toString('hex'));

    expect(new Set(hashes).size).toBe(4);
  });
});

describe('verification', () => {
  const ROWS = 510;
  const INSERT = `INSERT INTO audit_entries (at, action, outcome, actor_kind, target_id)
                  SELECT now(), 'test', 'succeeded', 'system', n::text FROM generate_series(1, ${ROWS}) n`;
  let database: TestDatabase;
  let owner: pg.Pool;
  let entries: AuditRepository;
  let head: ChainHead;

  beforeAll(async () => {
    database = await createDatabase();
    owner = new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
    entries = new AuditRepository(owner);
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });
  beforeEach(async () => {
    await owner.query('ALTER TABLE audit_entries ENABLE TRIGGER USER');
    await tamper('TRUNCATE audit_entries');
    await owner.query('ALTER TABLE audit_entries ENABLE TRIGGER USER');
    await owner.query(INSERT);
    head = (await verifyChain(entries)).head;
  });

  /** As somebody can who owns the table. */
  async function tamper(...statements: string[]): Promise<void> {
    await owner.query('ALTER TABLE audit_entries DISABLE TRIGGER USER');
    for (const statement of statements) await owner.query(statement);
  }
  const fault = async (anchor?: ChainHead) => (await verifyChain(entries, anchor)).fault;

  it('goes over all pages of a chain that holds', async () => {
    expect({ position: head.position, fault: await fault(head) }).toEqual({ position: BigInt(ROWS), fault: undefined });
  });

  it.each([
    ['an edited row', 505, 'was changed', [`UPDATE audit_entries SET action = 'other' WHERE position = 505`]],
    ['an edited time', 3, 'was changed', [`UPDATE audit_entries SET at = at - interval '1 ms' WHERE position = 3`]],
    ['a text instead of null', 9, 'was changed', [`UPDATE audit_entries SET remote = '' WHERE position = 9`]],
    ['a deleted row', 500, 'is missing: 501 comes next', ['DELETE FROM audit_entries WHERE position = 500']],
    ['a deleted first row', 1, 'is missing: 2 comes next', ['DELETE FROM audit_entries WHERE position = 1']],
    [
      ...(['a deleted row, the later ones moved up', 500, 'does not continue'] as const),
      [
        'DELETE FROM audit_entries WHERE position = 500',
        'UPDATE audit_entries SET position = -position WHERE position > 500',
        'UPDATE audit_entries SET position = -position - 1 WHERE position < 0',
      ],
    ],
    [
      ...(['two swapped rows', 10, 'does not continue'] as const),
      [
        'UPDATE audit_entries SET position = -1 WHERE position = 10',
        'UPDATE audit_entries SET position = 10 WHERE position = 11',
        'UPDATE audit_entries SET position = 11 WHERE position = -1',
      ],
    ],
    [
      ...(['an inserted row', ROWS + 1, 'was changed'] as const),
      [
        `INSERT INTO audit_entries SELECT ${ROWS + 1}, at, action, outcome, actor_kind, actor_id, actor_name, target_kind,
           target_id, remote, request_id, details, hash, hash FROM audit_entries WHERE position = ${ROWS}`,
      ],
    ],
    [
      ...(['a row before the first', 1, 'has a row before it'] as const),
      [
        `INSERT INTO audit_entries SELECT -5, at, action, outcome, actor_kind, actor_id, actor_name, target_kind,
           target_id, remote, request_id, details, hash, hash FROM audit_entries WHERE position = 1`,
      ],
    ],
  ])('SEC27 detects %s', async (_what, position, detail, statements) => {
    await tamper(...statements);

    expect(await fault()).toEqual({ position: BigInt(position), detail: expect.stringContaining(detail) });
  });

  it('SEC27 detects an end that was cut off by an earlier head alone', async () => {
    await tamper('DELETE FROM audit_entries WHERE position > 507');

    expect(await fault()).toBeUndefined();
    expect(await fault(head)).toMatchObject({ position: 508n, detail: expect.stringContaining('was cut off') });
  });

  it('SEC27 detects a chain that was written anew by an earlier head alone', async () => {
    await tamper('TRUNCATE audit_entries');
    await owner.query('ALTER TABLE audit_entries ENABLE TRIGGER USER');
    await owner.query(INSERT.replace(`'test'`, `'harmless'`));

    expect(await fault()).toBeUndefined();
    expect(await fault(head)).toMatchObject({
      position: BigInt(ROWS),
      detail: expect.stringContaining('written anew'),
    });
  });
});
