import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { withSchemaEngine } from './schema-engine.js';

const PRISMA_FOLDER = fileURLToPath(new URL('../../prisma/', import.meta.url));
const MIGRATIONS_FOLDER = join(PRISMA_FOLDER, 'migrations');
const NO_FILTER = { externalTables: [], externalEnums: [] };
const MIGRATION_LOCK = 7_304_002;

export interface Migration {
  name: string;
  script: string;
}

export interface MigrationStatus {
  applied: string[];
  pending: string[];
  /** Applied, but their script has changed since. */
  edited: string[];
  /** Begun and not finished: a person must look. */
  failed: string[];
}

export async function listMigrations(): Promise<Migration[]> {
  const folders = (await readdir(MIGRATIONS_FOLDER, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  const read = (name: string) => readFile(join(MIGRATIONS_FOLDER, name, 'migration.sql'), 'utf8');
  return Promise.all(names.map(async (name) => ({ name, script: await read(name) })));
}

/** Compares the migrations on disk with Prisma's table of those applied. */
export async function migrationStatus(database: Pick<pg.ClientBase, 'query'>): Promise<MigrationStatus> {
  const migrations = await listMigrations();
  const { rows: tables } = await database.query(`SELECT to_regclass('_prisma_migrations') AS found`);
  const { rows } = tables[0]?.found
    ? await database.query(
        'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
      )
    : { rows: [] };
  const byName = new Map(rows.map((row) => [row.migration_name as string, row]));
  const checksum = (script: string) => createHash('sha256').update(script).digest('hex');
  const names = (list: Migration[]) => list.map(({ name }) => name);
  return {
    applied: names(migrations.filter(({ name }) => byName.get(name)?.finished_at)),
    pending: names(migrations.filter(({ name }) => !byName.has(name))),
    edited: names(
      migrations.filter(({ name, script }) => byName.has(name) && byName.get(name).checksum !== checksum(script)),
    ),
    failed: rows.filter(({ finished_at }) => !finished_at).map(({ migration_name }) => migration_name as string),
  };
}

/** Applies what is pending, one process at a time, and says what it did. Throws when the history does not fit. */
export async function migrate(databaseUrl: string): Promise<MigrationStatus & { appliedNow: string[] }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const before = await migrationStatus(client);
    if (before.edited.length > 0) {
      throw new Error(`These migrations were changed after they were applied: ${before.edited.join(', ')}.`);
    }
    if (before.failed.length > 0) {
      throw new Error(`These migrations failed half-way and want a person: ${before.failed.join(', ')}.`);
    }
    if (before.pending.length === 0) return { ...before, appliedNow: [] };
    const list = migrationsList(await listMigrations());
    const { appliedMigrationNames } = await withSchemaEngine(databaseUrl, (engine) =>
      engine.applyMigrations({ migrationsList: list, filters: NO_FILTER }),
    );
    return { ...(await migrationStatus(client)), appliedNow: appliedMigrationNames };
  } finally {
    await client.end();
  }
}

/** The SQL that leads from a database where every migration is applied to the schema; empty when there is no drift. */
export async function schemaDrift(databaseUrl: string): Promise<string> {
  const datamodel = await readFile(join(PRISMA_FOLDER, 'schema.prisma'), 'utf8');
  const list = migrationsList(await listMigrations());
  const { stdout } = await withSchemaEngine(databaseUrl, (engine) =>
    engine.diff({
      from: { tag: 'migrations', ...list },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: datamodel }] },
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    }),
  );
  const script = stdout ?? '';
  return script.includes('This is an empty migration') ? '' : script;
}

/** Writes the migration that brings the database up to the schema. Answers its file, or null where nothing differs. */
export async function writeMigration(databaseUrl: string, name: string, now: Date): Promise<string | null> {
  const script = await schemaDrift(databaseUrl);
  if (script === '') return null;
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(MIGRATIONS_FOLDER, `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), script);
  return join(folder, 'migration.sql');
}

function migrationsList(migrations: Migration[]) {
  return {
    baseDir: MIGRATIONS_FOLDER,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, script }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: script } },
    })),
  };
}
