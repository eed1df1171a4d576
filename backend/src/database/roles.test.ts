import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase, execute, type TestDatabase } from '../../test/databases.js';
import { migrateAndGrant } from './open-database.js';
import { databaseFaults, DERIVED_TABLES, grantToApplication, roleOf } from './roles.js';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

let database: TestDatabase;
const pools: pg.Pool[] = [];

const open = async () => void (database = await createDatabase());
const disconnect = async () => {
  for (const pool of pools.splice(0)) await pool.end();
};
const close = () => disconnect().then(() => database.drop());

function connect(url: string, options?: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 1, ...(options && { options }) });
  // When the database goes, a connection that is just being closed is told so.
  pool.on('error', () => undefined);
  pools.push(pool);
  return pool;
}
const asOwner = (statement: string) => execute(database.ownerUrl, statement);

const INSERT = `INSERT INTO audit_entries (at, action, outcome, actor_kind) VALUES (now(), 'test', 'denied', 'system')`;

/** As `\dp` shows it. */
async function privileges(): Promise<Record<string, string>> {
  const { rows } = await connect(database.ownerUrl).query(
    `SELECT relname AS table, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS privileges
     FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S')
       AND grantee = $1::regrole GROUP BY 1`,
    [roleOf(database.url)],
  );
  return Object.fromEntries(rows.map((row) => [row.table, row.privileges]));
}

describe('the role of the service', () => {
  beforeAll(open);
  afterEach(disconnect);
  afterAll(close);

  it('SEC53 has these privileges and no other', async () => {
    const rows = 'DELETE INSERT SELECT UPDATE';
    const derived = Object.fromEntries(DERIVED_TABLES.map((table) => [table, 'DELETE INSERT SELECT TRUNCATE UPDATE']));
    const said = ['account_links', 'api_tokens', 'event_counts', 'incidents', 'pipelines', 'sessions', 'sources'];
    const tests = ['spent_refresh_tokens', 'test_cases', 'test_results', 'test_suites', 'users'];

    expect(await privileges()).toEqual({
      ...Object.fromEntries([...said, ...tests].map((table) => [table, rows])),
      ...derived,
      ...{ audit_entries: 'INSERT SELECT', events: 'INSERT SELECT', _prisma_migrations: 'SELECT' },
      pending_events_position_seq: 'USAGE',
    });
    const { rows: found } = await connect(database.url).query(
      `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
              has_schema_privilege('public', 'CREATE') AS creates,
              (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned,
              (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS memberships
       FROM pg_roles r WHERE rolname = current_user`,
    );
    const none = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false };
    expect(found).toEqual([{ ...none, rolbypassrls: false, creates: false, owned: 0, memberships: 0 }]);
  });

  it.each([
    `UPDATE audit_entries SET action = 'x'`,
    `UPDATE audit_entries SET action = 'x' WHERE false`,
    `INSERT INTO audit_entries SELECT * FROM audit_entries ON CONFLICT (position) DO UPDATE SET action = 'x'`,
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
    'DROP TABLE audit_entries',
    'ALTER TABLE audit_entries ADD COLUMN x int',
    'ALTER TABLE audit_entries RENAME TO others',
    'ALTER TABLE audit_entries DISABLE TRIGGER ALL',
    'DROP TRIGGER refuse_change_of_audit_entries ON audit_entries',
    'CREATE TRIGGER x BEFORE INSERT ON audit_entries EXECUTE FUNCTION refuse_change_of_audit_entries()',
    'CREATE RULE x AS ON INSERT TO audit_entries DO INSTEAD NOTHING',
    'DROP FUNCTION chain_audit_entry CASCADE',
    `CREATE OR REPLACE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    'SET session_replication_role = replica',
    'SET ROLE pitwall',
    `UPDATE events SET type = 'x'`,
    'DELETE FROM events',
    'TRUNCATE events CASCADE',
    'DELETE FROM _prisma_migrations',
    'TRUNCATE pipelines CASCADE',
    'CREATE TABLE x (y int)',
    'CREATE SCHEMA x',
  ])('SEC53 may not %s', async (statement) => {
    await expect(connect(database.url).query(statement)).rejects.toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^permission denied|^must be owner|does not have the right/),
      }),
    );
  });

  it('SEC53 cannot give a row another place in the chain', async () => {
    const pool = connect(database.url);
    await pool.query(`CREATE TEMPORARY TABLE audit_entries (position bigint, hash bytea)`);
    await pool.query(`INSERT INTO pg_temp.audit_entries VALUES (41, decode(repeat('11', 32), 'hex'))`);

    await pool.query(
      INSERT.replace('audit_entries (', 'public.audit_entries (position, hash, previous_hash, ').replace(
        'VALUES (',
        `VALUES (42, '\\x00', '\\x00', `,
      ),
    );

    const { rows } = await pool.query('SELECT position, length(hash) AS bytes FROM public.audit_entries');
    expect(rows).toEqual([{ position: '1', bytes: 32 }]);
  });

  it.each([`UPDATE audit_entries SET action = 'x'`, 'DELETE FROM audit_entries WHERE false', 'TRUNCATE audit_entries'])(
    'SEC53 the owner may not %s while the triggers stand',
    async (statement) => {
      await asOwner(INSERT);

      await expect(asOwner(statement)).rejects.toThrow('The audit log is only appended to');
    },
  );
});

describe('granting', () => {
  beforeEach(open);
  afterEach(close);

  it('takes back what the role was granted by hand', async () => {
    const before = await privileges();
    await asOwner(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${roleOf(database.url)}`);
    await asOwner(`GRANT CREATE ON SCHEMA public TO ${roleOf(database.url)}`);

    await Promise.all([migrateAndGrant(database), migrateAndGrant(database)]);

    expect(await privileges()).toEqual(before);
    await expect(connect(database.url).query('CREATE TABLE x (y int)')).rejects.toThrow('permission denied');
  });

  it('says that the role is missing, and how to make it', async () => {
    const url = Object.assign(new URL(database.url), { username: 'no"body' }).href;

    await expect(migrateAndGrant({ url, ownerUrl: database.ownerUrl })).rejects.toThrow(
      `The role "no""body", which DATABASE_URL names, does not exist. Make it first: CREATE ROLE "no""body" LOGIN`,
    );
    await expect(migrateAndGrant({ url: 'postgresql://127.0.0.1/x', ownerUrl: database.ownerUrl })).rejects.toThrow(
      'DATABASE_URL names no role',
    );
  });

  it('leaves the owner as it is where one role does both', async () => {
    const url = `${database.ownerUrl}?application_name=service`;

    await migrateAndGrant({ url, ownerUrl: database.ownerUrl });

    await connect(url).query('TRUNCATE pipelines CASCADE');
  });
});

describe('the faults of a database', () => {
  const UNSAFE = ['fsync: is off', 'full_page_writes: is off'].map((begin) => expect.stringContaining(begin));
  let role: string;
  let url: string;

  beforeEach(async () => {
    await open();
    role = `role_${randomUUID().replaceAll('-', '')}`;
    await asOwner(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    url = Object.assign(new URL(database.url), { username: role, password: 'secret' }).href;
    await grantToApplication(database.ownerUrl, role);
  });
  afterEach(async () => {
    await disconnect();
    await asOwner(`REASSIGN OWNED BY ${role} TO pitwall; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await close();
  });

  it('SEC20 are those of its settings, and none of the role that was granted what it needs', async () => {
    expect(await databaseFaults(connect(database.url))).toEqual(UNSAFE);
    expect(await databaseFaults(connect(database.url, '-c synchronous_commit=off'))).toEqual([
      ...UNSAFE,
      'synchronous_commit: is off on the PostgreSQL server, so what was acknowledged could be lost',
    ]);
  });

  it.each([
    ['a superuser', (name: string) => `ALTER ROLE ${name} SUPERUSER`, 'is a superuser'],
    ['one that makes roles', (name: string) => `ALTER ROLE ${name} CREATEROLE`, 'may make roles'],
    ['the owner', (name: string) => `ALTER TABLE audit_entries OWNER TO ${name}`, 'owns audit_entries'],
    ['a member of the owner', (name: string) => `GRANT pitwall TO ${name} WITH INHERIT FALSE`, 'owns audit_entries'],
    ['one that may update', (name: string) => `GRANT UPDATE ON audit_entries TO ${name}`, 'may UPDATE audit_entries'],
    [
      ...([
        'one that may update a column',
        (name: string) => `GRANT UPDATE (action) ON audit_entries TO ${name}`,
      ] as const),
      'may UPDATE audit_entries',
    ],
    [
      ...([
        'one that may do more',
        (name: string) => `GRANT DELETE, TRUNCATE, TRIGGER ON audit_entries TO ${name}`,
      ] as const),
      'may DELETE, TRIGGER, TRUNCATE audit_entries',
    ],
    [
      ...(['one that may write everywhere', (name: string) => `GRANT pg_write_all_data TO ${name}`] as const),
      'may DELETE, UPDATE audit_entries',
    ],
    [
      ...(['any, where everybody may delete', () => 'GRANT DELETE ON audit_entries TO PUBLIC'] as const),
      'may DELETE audit_entries',
    ],
    [
      ...([
        'any, where a trigger is off',
        () => 'ALTER TABLE audit_entries DISABLE TRIGGER chain_audit_entry',
      ] as const),
      'its triggers are disabled or gone',
    ],
    [
      ...(['any, before the migrations', () => 'DROP TABLE audit_entries'] as const),
      'is not there; apply the migrations first',
    ],
  ])('SEC20 SEC53 are told of %s', async (_who, statement, fault) => {
    await asOwner(statement(role));

    expect(await databaseFaults(connect(url))).toEqual([expect.stringContaining(fault), ...UNSAFE]);
  });

  it('SEC20 keep production from starting, all at once and without the password', async () => {
    const environment = {
      ...{ NODE_ENV: 'production', DATABASE_URL: database.ownerUrl, PUBLIC_URL: 'https://ci.example.com' },
      ...{ PITWALL_SECRET_KEY: randomBytes(32).toString('base64'), PORT: '0', LOG_FORMAT: 'json' },
    };

    const { code, stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', MAIN], {
      env: { PATH: process.env.PATH, ...environment },
    }).then(
      () => ({ code: 0, stdout: '' }),
      (error: { code: number; stdout: string }) => error,
    );

    expect(code).toBe(1);
    expect(JSON.parse(stdout).error.message).toMatch(
      /not fit for production:\n {2}.+is a superuser.+\n {2}fsync: .+\n {2}full_page_writes: /,
    );
    expect(stdout).not.toContain(new URL(database.ownerUrl).password);
  });
});
