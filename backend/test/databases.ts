import { randomUUID } from 'node:crypto';
import pg from 'pg';

const urlAt = (url: string | undefined, name: string) =>
  Object.assign(new URL(String(url)), { pathname: `/${name}` }).href;
const applicationUrl = (name: string) => urlAt(process.env.TEST_APPLICATION_URL, name);
const ownerUrl = (name: string) => urlAt(process.env.TEST_OWNER_URL, name);

/** The database of this Jest worker, which its test files share one after the other: each test makes its own data. */
export const workerDatabaseUrl = () => applicationUrl(`worker_${process.env.JEST_WORKER_ID ?? '1'}`);

export interface TestDatabase {
  /** As the service connects: with no more rights than it has in production. */
  url: string;
  /** As the role that owns the tables, for what the service may not. */
  ownerUrl: string;
  drop(): Promise<void>;
}

/** A database for one test alone, where what others do would be in the way. */
export async function createDatabase(state: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${state === 'migrated' ? 'template_pitwall' : 'template0'}`);
  const drop = () => administer(`DROP DATABASE ${name} WITH (FORCE)`);
  return { url: applicationUrl(name), ownerUrl: ownerUrl(name), drop };
}

const administer = (statement: string) => execute(ownerUrl('postgres'), statement);

/** Runs a statement on a connection of its own. */
export async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
