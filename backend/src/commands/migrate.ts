import { loadConfigOrExit } from '../config.js';
import { writeMigration } from '../database/migrations.js';
import { migrateAndGrant, openDatabase } from '../database/open-database.js';

/**
 * `migrate` applies what is pending and says what it did; `migrate new NAME` writes the migration that leads from the
 * migrations so far to schema.prisma. Works on DATABASE_MIGRATION_URL or DATABASE_URL, else on the embedded PostgreSQL
 * while nothing else runs it. The role of DATABASE_URL, where it is another one, is then granted what the service needs.
 */
const [command, name] = process.argv.slice(2);
const config = loadConfigOrExit();
const database = await openDatabase(config);
try {
  if (command === undefined) await apply();
  else if (command === 'new' && /^[a-z][a-z0-9_]*$/.test(name ?? '')) await write(String(name));
  else throw new Error('Use `migrate`, or `migrate new NAME` with a name in lower case, digits and underscores.');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await database.close();
}

async function apply(): Promise<void> {
  const { appliedNow, applied } = await migrateAndGrant(database);
  for (const migration of appliedNow) process.stdout.write(`Applied ${migration}.\n`);
  const done = appliedNow.length === 0 ? 'Nothing to do' : 'Done';
  process.stdout.write(`${done}: ${applied.length} migrations are applied, none is pending.\n`);
}

async function write(migration: string): Promise<void> {
  const file = await writeMigration(database.ownerUrl, migration, new Date());
  process.stdout.write(
    file ? `Wrote ${file}. Read it before you commit it.\n` : 'The migrations already lead to schema.prisma.\n',
  );
}
