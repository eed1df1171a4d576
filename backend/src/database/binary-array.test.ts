import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { workerDatabaseUrl } from '../../test/databases.js';
import { bytesArray, textArray, timestampArray, uuidArray } from './binary-array.js';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: workerDatabaseUrl() });
  await client.connect();
});
afterAll(() => client.end());

/** What PostgreSQL makes of it: the elements in order, as pg reads them back. */
async function readBack(type: string, array: Buffer): Promise<unknown[]> {
  const { rows } = await client.query(
    `SELECT element FROM unnest($1::${type}[]) WITH ORDINALITY AS a (element, n) ORDER BY n`,
    [array],
  );
  return rows.map(({ element }) => element as unknown);
}

const list = <T>(element: fc.Arbitrary<T>) => fc.array(element, { maxLength: 20 });
const RUNS = { numRuns: 40 };

it('carries UUIDs', async () => {
  await fc.assert(
    fc.asyncProperty(list(fc.uuid()), async (ids) => expect(await readBack('uuid', uuidArray(ids))).toEqual(ids)),
    RUNS,
  );
});

it('carries texts of every character that PostgreSQL has, and nulls', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 50 }).map((value) => value.replaceAll('\0', ''));

  await fc.assert(
    fc.asyncProperty(list(fc.option(text)), async (texts) => {
      expect(await readBack('text', textArray(texts))).toEqual(texts);
    }),
    RUNS,
  );
});

it('carries bytes as they are', async () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));

  await fc.assert(
    fc.asyncProperty(list(bytes), async (values) =>
      expect(await readBack('bytea', bytesArray(values))).toEqual(values),
    ),
    RUNS,
  );
});

it('carries times to the millisecond, before 2000 too', async () => {
  const time = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });

  await fc.assert(
    fc.asyncProperty(list(time), async (times) => {
      const { rows } = await client.query(
        `SELECT round(extract(epoch FROM t) * 1000)::text AS ms FROM unnest($1::timestamptz[]) WITH ORDINALITY AS a (t, n) ORDER BY n`,
        [timestampArray(times)],
      );
      expect(rows.map(({ ms }) => Number(ms))).toEqual(times.map((value) => value.getTime()));
    }),
    RUNS,
  );
});

it('carries none at all, and a megabyte at once', async () => {
  expect(await readBack('uuid', uuidArray([]))).toEqual([]);
  const large = Buffer.alloc(1024 * 1024, 0xff);
  expect(await readBack('bytea', bytesArray([large, Buffer.alloc(0), large]))).toEqual([large, Buffer.alloc(0), large]);
});
