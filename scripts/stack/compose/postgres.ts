import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { makeDataFolder } from '../../../load/service/data-folder.js';
import { startEmbeddedPostgres } from '../../../backend/src/database/embedded-postgres.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { inFolder } from './environment.js';
import type { ComposeModel } from './model.js';
import { unless } from './rule.js';

const ROLES_SQL = 'compose/postgres/10-application-role.sql';

export interface PreparedPostgres {
  /** Host and port. */
  address: string;
  version: string;
  faults: string[];
  stop(): Promise<void>;
}

/** A PostgreSQL 18 with the settings of the file, prepared as the image prepares it: by psql, as the owner, once. */
export async function startPostgres({ services }: ComposeModel, secrets: string): Promise<PreparedPostgres> {
  const data = await makeDataFolder('compose');
  const flags = (services.postgres?.command ?? []).map((word) => /^--(\w+)=(.+)$/.exec(word));
  const settings = Object.fromEntries(flags.flatMap((flag) => (flag ? [[flag[1], flag[2]]] : [])));
  const server = await startEmbeddedPostgres({ dataDir: data.path, settings });
  const stop = async () => {
    await server.stop();
    await data.remove();
  };
  try {
    const { host: address } = new URL(server.url);
    const secret = async (name: string) => (await readFile(join(secrets, name), 'utf8')).trim();
    const [owner, application] = [await secret('postgres_owner_password'), await secret('postgres_app_password')];
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    // The embedded one makes the role itself, and a password for the owner; the image has only the owner, with ours.
    await client.query('DROP ROLE pitwall_app');
    await client.query(`ALTER ROLE pitwall PASSWORD ${client.escapeLiteral(owner)}`);
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    await client.end();

    const first = await runRolesSql(address, owner, secrets);
    const second = await runRolesSql(address, owner, secrets);
    const said = [await serverLog(data.path), first.stdout, first.stderr, second.stdout, second.stderr].join('\n');
    const faults = [
      ...unless(first.code === 0, `${ROLES_SQL}: ${first.stderr.trim()}`),
      // It fails on the role that is there: the statement with the password must not get into the log for it.
      ...unless(second.code !== 0 && said.includes('already exists'), `${ROLES_SQL}: a second run did not fail`),
      ...unless(!said.includes(application), `${ROLES_SQL}: the password is in what PostgreSQL or psql say`),
      ...(await roleFaults(`postgresql://pitwall_app:${application}@${address}/pitwall`)),
    ];
    return { address, version: String(rows[0]?.server_version), faults, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As the image's entry script does, which stops at the first error. */
async function runRolesSql(address: string, password: string, secrets: string) {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-roles-'));
  try {
    const file = join(folder, 'roles.sql');
    await writeFile(file, inFolder(await readFile(join(ROOT, ROLES_SQL), 'utf8'), secrets));
    const [host = '', port = ''] = address.split(':');
    const args = [
      '-v',
      'ON_ERROR_STOP=1',
      '--username',
      'pitwall',
      '--no-password',
      '--no-psqlrc',
      '-f',
      file,
      'pitwall',
    ];
    return await runCommand('psql', args, { environment: { PGHOST: host, PGPORT: port, PGPASSWORD: password } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the service's role must not be able to do, before `migrate` grants it anything. */
async function roleFaults(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ powerful: boolean }>(
      `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS powerful
       FROM pg_roles WHERE rolname = current_user`,
    );
    const refused = (sql: string) =>
      client.query(sql).then(
        () => [`pitwall_app may: ${sql}`],
        (error: { code?: string }) => unless(error.code === '42501', `not refused for want of a right: ${sql}`),
      );
    return [
      ...unless(rows[0]?.powerful === false, 'pitwall_app has rights of its own'),
      ...(await refused('CREATE TABLE public.mine (id int)')),
      ...(await refused('CREATE TEMPORARY TABLE audit_entries (id int)')),
      ...(await refused('CREATE SCHEMA mine')),
    ];
  } finally {
    await client.end();
  }
}

async function serverLog(dataDir: string): Promise<string> {
  const elsewhere = await readFile(join(dataDir, 'postgres.location'), 'utf8').catch(() => dataDir);
  return readFile(join(elsewhere.trim(), 'postgres.log'), 'utf8');
}
