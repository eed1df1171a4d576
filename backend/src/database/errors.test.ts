import { expect, it } from '@jest/globals';
import pg from 'pg';
import { connectDatabase } from './client.js';
import { isTransient } from './errors.js';
import { workerDatabaseUrl } from '../../test/databases.js';

const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function failureOf(sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: workerDatabaseUrl(), statement_timeout: 20 });
  client.on('error', () => undefined);
  await client.connect();
  const error = await thrownBy(client.query(sql));
  await client.end().catch(() => undefined);
  return error;
}

it.each([
  ['a statement that took too long', 'SELECT pg_sleep(5)'],
  ['a connection that the server ended', 'SELECT pg_terminate_backend(pg_backend_pid())'],
  ['a lock that was not to be had', `DO $$ BEGIN RAISE SQLSTATE '55P03'; END $$`],
  ['a deadlock', `DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$`],
  ['a full disk', `DO $$ BEGIN RAISE SQLSTATE '53100'; END $$`],
])('%s may pass', async (_what, sql) => {
  expect(isTransient(await failureOf(sql))).toBe(true);
});

it.each([
  ['a fault of the data', `SELECT 'x'::uuid`],
  ['a value that is there already', `DO $$ BEGIN RAISE SQLSTATE '23505'; END $$`],
  ['a fault of the statement', 'SELEC 1'],
  ['a table that is not there', 'SELECT FROM nothing_of_that_name'],
])('%s does not', async (_what, sql) => {
  expect(isTransient(await failureOf(sql))).toBe(false);
});

it('a server that is not there may come, also for Prisma', async () => {
  const url = 'postgresql://pitwall:x@127.0.0.1:1/pitwall';
  const { pool, database, close } = connectDatabase({ url, poolSize: 1, onIdleError: () => undefined });

  expect(isTransient(await thrownBy(pool.query('SELECT 1')))).toBe(true);
  expect(isTransient(await thrownBy(database.source.findMany()))).toBe(true);

  await close();
});

it("a connection that was ended in the midst of Prisma's query may come back", async () => {
  const { pool, database, close } = connectDatabase({
    ...{ url: workerDatabaseUrl(), poolSize: 3, onIdleError: () => undefined },
  });
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE sources');

  const waiting = thrownBy(database.source.findMany());
  let ended = 0;
  while (ended === 0) {
    const { rowCount } = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND datname = current_database() AND application_name = 'pitwall'`,
    );
    ended = rowCount ?? 0;
  }

  expect(isTransient(await waiting)).toBe(true);
  await holder.query('ROLLBACK');
  holder.release();
  await close();
});

it("a pool that has none to give may have one later, and Prisma's other errors are for good", async () => {
  const { pool, database, close } = connectDatabase({
    ...{ url: workerDatabaseUrl(), poolSize: 2, onIdleError: () => undefined },
  });

  expect(isTransient(new Error('timeout exceeded when trying to connect'))).toBe(true);
  expect(isTransient(await thrownBy(database.$queryRaw`SELECT 1 / 0`))).toBe(false);
  expect(isTransient(await thrownBy(database.source.findUniqueOrThrow({ where: { name: 'nobody' } })))).toBe(false);
  expect(isTransient(await thrownBy(pool.query('SELECT 1 / 0')))).toBe(false);

  await close();
});

it.each([new Error('x is undefined'), new TypeError('nothing'), 'a string', undefined])('%p is a bug', (error) => {
  expect(isTransient(error)).toBe(false);
});
