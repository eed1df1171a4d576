import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../test/databases.js';
import { listMigrations, migrate, migrationStatus, schemaDrift } from './migrations.js';

let database: TestDatabase;
let client: pg.Client;

const open = async (template: 'migrated' | 'empty') => {
  database = await createDatabase(template);
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
};
afterEach(async () => {
  await client.end();
  await database.drop();
});

const names = async () => (await listMigrations()).map(({ name }) => name);

describe('in an empty database', () => {
  beforeEach(() => open('empty'));

  it('applies every migration, and then finds nothing to do', async () => {
    expect(await migrationStatus(client)).toEqual({ applied: [], pending: await names(), edited: [], failed: [] });

    const done = { applied: await names(), pending: [], edited: [], failed: [] };
    expect(await migrate(database.ownerUrl)).toEqual({ ...done, appliedNow: await names() });
    expect(await migrate(database.ownerUrl)).toEqual({ ...done, appliedNow: [] });
    const { rows } = await client.query('SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = $1', [
      'public',
    ]);
    expect(rows[0].tables).toBeGreaterThan(15);
  });

  it('applies them once where two processes start at the same time', async () => {
    const [one, other] = await Promise.all([migrate(database.ownerUrl), migrate(database.ownerUrl)]);

    expect([...one.appliedNow, ...other.appliedNow]).toEqual(await names());
    expect(await migrationStatus(client)).toMatchObject({ pending: [], failed: [] });
  });
});

describe('in a database that was migrated', () => {
  beforeEach(() => open('migrated'));

  it('refuses to go on from a migration that was edited after it was applied', async () => {
    const [name] = await names();
    await client.query('UPDATE _prisma_migrations SET checksum = $1 WHERE migration_name = $2', ['another', name]);

    expect(await migrationStatus(client)).toMatchObject({ edited: [name], pending: [] });
    await expect(migrate(database.ownerUrl)).rejects.toThrow(
      `These migrations were changed after they were applied: ${name}.`,
    );
  });

  it('refuses to go on from a migration that failed half-way', async () => {
    const [name] = await names();
    await client.query('UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = $1', [name]);

    await expect(migrate(database.ownerUrl)).rejects.toThrow(
      `These migrations failed half-way and want a person: ${name}.`,
    );
  });

  it('takes one that was rolled back for one that is to be applied', async () => {
    const [name, ...others] = await names();
    await client.query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1', [name]);

    expect(await migrationStatus(client)).toMatchObject({ applied: others, pending: [name] });
  });

  it('has nothing in the schema that no migration makes, and nothing that the schema does not know', async () => {
    expect(await schemaDrift(database.ownerUrl)).toBe('');
    const { rows } = await client.query(`SELECT FROM pg_database WHERE datname LIKE 'pitwall_shadow_%'`);
    expect(rows).toEqual([]);
  });
});
