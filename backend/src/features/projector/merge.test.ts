import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { STATUSES } from './fact.js';
import { merge, newRow, type Patch, type Row, type Value } from './merge.js';
import { SUBJECT_NAMES, subjects, type Subject, type SubjectName } from './subject.js';

const ID = '00000000-0000-8000-8000-000000000000';

/** Few values and few times, so that they collide: ties are where an order of arrival would show. */
const time = fc.integer({ min: 0, max: 3 }).map((n) => new Date(n * 1000).toISOString());
const text = fc.constantFrom('a', 'b', 'c', null);

function valueOf(column: string, rule: string): fc.Arbitrary<Value> {
  if (column === 'status') return fc.constantFrom(...STATUSES);
  if (rule === 'scope') return fc.integer({ min: 1, max: 3 });
  if (column.endsWith('_at')) return time;
  if (column === 'runner_labels') return fc.constantFrom(['x'], ['y', 'x'], []);
  return rule === 'identity' ? fc.constant('same') : text;
}

/** As facts are: most columns unsaid, the identity and the scope always said. */
function patchOf({ columns }: Subject): fc.Arbitrary<Patch> {
  const values = Object.fromEntries(
    Object.entries(columns).map(([column, rule]) => {
      const value = valueOf(column, rule);
      return [column, rule === 'identity' || rule === 'scope' ? value : fc.option(value, { nil: undefined })];
    }),
  );
  return fc.record({ id: fc.constant(ID), at: fc.integer({ min: 0, max: 3 }), values: fc.record(values) });
}

function merged(subject: Subject, patches: Patch[]): Row {
  const row = newRow(subject, ID);
  for (const patch of patches) merge(subject, row, patch);
  return row;
}

it.each(SUBJECT_NAMES)('gives the same %s in any order, and however often a fact comes', (name: SubjectName) => {
  const subject: Subject = subjects[name];
  const cases = fc.array(patchOf(subject), { minLength: 1, maxLength: 7 }).chain((patches) =>
    fc.tuple(
      fc.constant(patches),
      fc
        .array(fc.constantFrom(...patches), { maxLength: 6 })
        .chain((again) => fc.shuffledSubarray([...patches, ...again], { minLength: patches.length + again.length })),
    ),
  );

  fc.assert(
    fc.property(cases, ([patches, shuffled]) => {
      expect(merged(subject, shuffled)).toEqual(merged(subject, patches));
    }),
    { numRuns: 500 },
  );
});

const run = (at: number, values: Patch['values']): Patch => ({ id: ID, at, values: { attempt: 1, ...values } });

it('never takes a finished attempt back to running', () => {
  const row = merged(subjects.run, [run(10, { status: 'failed' }), run(99, { status: 'running' })]);

  expect(row.status).toBe('failed');
});

it('believes the later of two endings', () => {
  const row = merged(subjects.run, [run(20, { status: 'succeeded' }), run(10, { status: 'failed' })]);

  expect(row.status).toBe('succeeded');
});

it('takes the further of two states of one second', () => {
  const row = merged(subjects.run, [run(10, { status: 'running' }), run(10, { status: 'queued' })]);

  expect(row.status).toBe('running');
});

it('is in the state of the latest attempt, and keeps nothing of the spans of the one before', () => {
  const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
  const first = run(10, { status: 'failed', started_at: early, finished_at: early, title: 'first' });
  const second = run(5, { attempt: 2, status: 'running', queued_at: late });

  const row = merged(subjects.run, [first, second]);

  expect(row).toMatchObject({ attempt: 2, status: 'running', queued_at: late, started_at: null, finished_at: null });
  expect(row.title).toBe('first');
});

it('keeps what a later fact is silent on, and lets what it says win', () => {
  const row = merged(subjects.run, [run(10, { branch: 'main', title: 'old' }), run(20, { title: 'new' })]);

  expect(row).toMatchObject({ branch: 'main', title: 'new' });
});

it('takes the earliest start and the latest finish', () => {
  const at = (second: number) => new Date(second * 1000).toISOString();
  const row = merged(subjects.job, [
    run(1, { started_at: at(7), finished_at: at(8) }),
    run(2, { started_at: at(6), finished_at: at(9) }),
    run(3, { started_at: at(7), finished_at: at(8) }),
  ]);

  expect(row).toMatchObject({ started_at: at(6), finished_at: at(9) });
});
