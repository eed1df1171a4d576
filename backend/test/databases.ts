import { randomUUID } from 'node:crypto';
import pg from 'pg';

const urlOf = (name: string) =>
  Object.assign(new URL(String(process.env.TEST_POSTGRES_URL)), { pathname: `/${name}` }).href;

/** The database of this Jest worker, which its test files share one after the other: each test makes its own data. */
export const workerDatabaseUrl = () => urlOf(`worker_${process.env.JEST_WORKER_ID ?? '1'}`);

/** A database for one test alone, where what others do would be in the way. */
export async function createDatabase(
  state: 'migrated' | 'empty' = 'migrated',
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${state === 'migrated' ? 'template_pitwall' : 'template0'}`);
  return { url: urlOf(name), drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
