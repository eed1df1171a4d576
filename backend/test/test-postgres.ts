import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import pg from 'pg';
import { makeDataFolder } from '../../load/service/data-folder.js';
import { APPLICATION_ROLE } from '../src/database/embedded-cluster.js';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres.js';
import { migrateAndGrant } from '../src/database/open-database.js';

/**
 * A migrated template, cloned for each worker: a clone costs milliseconds. On a throw-away PostgreSQL of its own, or on the
 * one that TEST_POSTGRES_URL names (as a superuser), whose databases of these names are lost. Prints its URLs, of the owner
 * and of the service's role, and runs until its input ends.
 */
const UNSAFE = ['fsync', 'full_page_writes'];
const workers = Number(process.argv[2]);
const server = process.env.TEST_POSTGRES_URL ? await useRunning(process.env.TEST_POSTGRES_URL) : await startThrowAway();
const at = (url: string, name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;

const template = 'template_pitwall';
const names = [template, ...Array.from({ length: workers }, (_, index) => `worker_${index + 1}`)];
const admin = new pg.Client({ connectionString: at(server.url, 'postgres') });
await admin.connect();
await dropDatabases();
await admin.query('CREATE DATABASE template_pitwall');
await migrateAndGrant({ url: at(server.applicationUrl, template), ownerUrl: at(server.url, template) });
for (let worker = 1; worker <= workers; worker++) {
  await admin.query(`CREATE DATABASE worker_${worker} TEMPLATE template_pitwall`);
}
process.stdout.write(`${JSON.stringify({ owner: server.url, application: server.applicationUrl })}\n`);

process.stdin.resume();
process.on('SIGINT', () => undefined);
await once(process.stdin, 'end');
await dropDatabases();
await admin.end();
await server.stop();

async function dropDatabases(): Promise<void> {
  for (const name of names) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

async function startThrowAway() {
  const data = await makeDataFolder('test');
  const settings = { ...Object.fromEntries(UNSAFE.map((name) => [name, 'off'])), max_connections: '200' };
  const started = await startEmbeddedPostgres({ dataDir: data.path, settings, disposable: true });
  const stop = () => started.stop().then(() => data.remove());
  return { url: started.url, applicationUrl: started.applicationUrl, stop };
}

/** Makes the role of the service there, as an operator would. */
async function useRunning(url: string) {
  const role = APPLICATION_ROLE;
  const password = randomBytes(18).toString('base64url');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  await client.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} LOGIN PASSWORD '${password}'`);
  // As of the one of its own: quick, and found unfit for production.
  for (const setting of UNSAFE) await client.query(`ALTER SYSTEM SET ${setting} = off`);
  await client.query('SELECT pg_reload_conf()');
  await client.end();
  const applicationUrl = Object.assign(new URL(url), { username: role, password }).href;
  return { url, applicationUrl, stop: () => Promise.resolve() };
}
