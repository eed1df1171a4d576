import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { workerDatabaseUrl } from '../../test/databases.js';
import { containing, Filter, secondsBetween, timeKey } from './filter.js';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: workerDatabaseUrl() });
  await client.connect();
});
afterAll(() => client.end());

const one = async (expression: string, values: unknown[]) =>
  (await client.query(`SELECT ${expression} AS value`, values)).rows[0].value as unknown;

describe('Filter', () => {
  it('is no WHERE at all without conditions', () => {
    expect(new Filter().and('a = ?', undefined)).toMatchObject({ where: '', values: [] });
  });

  it('numbers values in the order in which they are given, one for each condition', () => {
    const filter = new Filter('a IS NULL').and('b = ? OR c = ?', 1).and('d = ?', undefined).and('e = ?', '$1 ?');

    expect(filter.where).toBe('WHERE a IS NULL AND b = $1 OR c = $1 AND e = $2');
    expect(filter.values).toEqual([1, '$1 ?']);
    expect(filter.parameter(7)).toBe('$3');
  });

  it('takes null, false, 0 and nothing for values', () => {
    expect(new Filter().and('a = ?', null).and('b = ?', false).and('c = ?', 0).and('d = ?', '').values).toEqual([
      null,
      false,
      0,
      '',
    ]);
  });

  it('goes on after a cursor: down in time, up in names', async () => {
    const cursor = { key: '2026-01-01T00:00:00.000001Z', id: randomUUID() };
    const down = new Filter().after('t', 'id', cursor);
    const up = new Filter().afterAscending('t', 'id', { ...cursor, key: 'm' });

    const times = `(VALUES ('2026-01-01T00:00:00Z'::timestamptz, gen_random_uuid()), ('2026-01-01T00:00:00.000002Z', gen_random_uuid()),
                           ('2026-01-01T00:00:00.000001Z', '${cursor.id}'::uuid)) AS v (t, id)`;
    const names = `(VALUES ('a', gen_random_uuid()), ('z', gen_random_uuid()), ('m', '${cursor.id}'::uuid)) AS v (t, id)`;
    const { rows: older } = await client.query(`SELECT t FROM ${times} ${down.where}`, down.values);
    const { rows: later } = await client.query(`SELECT t FROM ${names} ${up.where}`, up.values);

    expect(older).toEqual([{ t: new Date('2026-01-01T00:00:00Z') }]);
    expect(later).toEqual([{ t: 'z' }]);
    expect(new Filter().after('t', 'id', undefined).where).toBe('');
  });
});

describe('containing', () => {
  it('finds a text wherever it stands, whatever it is made of', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'B', '%', '_', '\\', "'", '?', '$', 'é'),
      minLength: 1,
      maxLength: 8,
    });

    await fc.assert(
      fc.asyncProperty(text, text, text, async (before, sought, after) => {
        const found = await one('$1::text ILIKE $2', [`${before}${sought}${after}`, containing(sought)]);
        expect(found).toBe(true);
        const has = await one('$1::text ILIKE $2', [before, containing(sought)]);
        expect(has).toBe(before.toLowerCase().includes(sought.toLowerCase()));
      }),
      { numRuns: 80 },
    );
  });

  it('is nothing for nothing', () => expect(containing(undefined)).toBeUndefined());
});

describe('secondsBetween', () => {
  it.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:01:30.5Z', 90.5],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 0],
    ['2026-01-01T00:00:00Z', '2025-12-31T23:59:59.999Z', null],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.0004Z', 0],
    ['2026-01-01T00:00:00Z', null, null],
    [null, '2026-01-01T00:00:00Z', null],
    ['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 253402300799],
  ])('from %s to %s is %s', async (from, to, seconds) => {
    expect(await one(secondsBetween('$1::timestamptz', '$2::timestamptz'), [from, to])).toBe(seconds);
  });
});

it('timeKey is exact to the microsecond, in UTC', async () => {
  await client.query(`SET timezone = 'UTC'`);

  expect(await one(timeKey('$1::timestamptz'), ['2026-06-01T02:03:04.567891+02:00'])).toBe(
    '2026-06-01T00:03:04.567891Z',
  );
});
