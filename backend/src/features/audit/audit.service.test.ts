import { expect, it } from '@jest/globals';
import { UnavailableError } from '../../errors.js';
import { CHAIN_START } from './audit.chain.js';
import type { AuditRow } from './audit.repository.js';
import type { NewAuditEntry } from './audit.schema.js';
import { AuditService } from './audit.service.js';

/** A service over a database that takes nothing until it is let. */
function start() {
  const written: AuditRow[][] = [];
  const dropped: string[] = [];
  let letGo = (): void => undefined;
  let failure: Error | undefined;
  const clock = { now: new Date(0) };
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const audit = new AuditService(
    {
      append: async (rows) => {
        await held;
        if (failure) throw failure;
        written.push(rows);
      },
      list: async () => ({ items: '', next: null }),
      head: async () => CHAIN_START,
    },
    { audited: () => undefined, auditDropped: ({ action }) => void dropped.push(action), auditHead: () => undefined },
    () => clock.now,
  );
  return { audit, clock, written, dropped, letGo, failWith: (error: Error) => (failure = error) };
}

const entry = (outcome: NewAuditEntry['outcome'], action: string): NewAuditEntry => ({
  ...{ action, outcome, actor: { kind: 'anonymous' } },
});

it('drops and counts denials beyond what may wait, and nothing else', async () => {
  const { audit, written, dropped, letGo } = start();

  const flood = Array.from({ length: 5_000 }, () => audit.record(entry('denied', 'flood')));
  const change = audit.record(entry('succeeded', 'change'));
  const failure = audit.record(entry('failed', 'failure'));
  letGo();
  await Promise.all([...flood, change, failure]);

  expect(dropped).toEqual(Array(4_500).fill('flood'));
  expect(written.flat()).toHaveLength(502);
  // At most one group of denials is before what is waited for.
  expect(written.findIndex((rows) => rows.some(({ action }) => action === 'change'))).toBeLessThanOrEqual(1);
});

it('takes denials again once those that waited are written', async () => {
  const { audit, dropped, letGo } = start();
  const flood = Array.from({ length: 501 }, () => audit.record(entry('denied', 'flood')));
  letGo();
  await Promise.all(flood);

  await audit.record(entry('denied', 'later'));

  expect(dropped).toEqual(['flood']);
});

it('says so when the database does not take an entry, and takes denials again after it', async () => {
  const { audit, dropped, letGo, failWith } = start();
  failWith(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  letGo();

  const flood = Array.from({ length: 500 }, () => audit.record(entry('denied', 'flood')));
  const outcomes = await Promise.allSettled(flood);
  await expect(audit.record(entry('denied', 'later'))).rejects.toThrow(UnavailableError);

  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual(
    Array(500).fill(expect.any(UnavailableError)),
  );
  expect(dropped).toEqual([]);
});

it('writes everything that was handed in before it is drained', async () => {
  const { audit, written, letGo } = start();
  const records = [audit.record(entry('succeeded', 'one')), audit.record(entry('denied', 'two'))];

  letGo();
  await audit.drain();

  expect(written.flat().map(({ action }) => action)).toEqual(['one', 'two']);
  await Promise.all(records);
});

it('takes sixty denials a minute of strangers at one address, whoever else sends', async () => {
  const { audit, clock, dropped, letGo, written } = start();
  letGo();
  const deny = (remote: string) => audit.record({ ...entry('denied', remote), remote });

  for (let count = 0; count < 100; count++) await deny('192.0.2.1');
  await deny('192.0.2.2');
  await audit.record({ ...entry('failed', 'failure'), remote: '192.0.2.1' });
  await audit.record({ ...entry('denied', 'known'), remote: '192.0.2.1', actor: { kind: 'user' } });
  clock.now = new Date(60_000);
  await deny('192.0.2.1');

  expect(dropped).toEqual(Array(40).fill('192.0.2.1'));
  expect(written.flat()).toHaveLength(64);
});
