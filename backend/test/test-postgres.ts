import { once } from 'node:events';
import pg from 'pg';
import { makeDataFolder } from '../../load/service/data-folder.js';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres.js';
import { migrateAndGrant } from '../src/database/open-database.js';

/**
 * A throw-away PostgreSQL with a migrated template, cloned for each worker: a clone costs milliseconds. Prints its URLs,
 * of the owner and of the service's role, and runs until its input ends.
 */
const workers = Number(process.argv[2]);
const data = await makeDataFolder('test');
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };
const server = await startEmbeddedPostgres({ dataDir: data.path, settings, disposable: true });
const at = (url: string, name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;

const admin = new pg.Client({ connectionString: at(server.url, 'postgres') });
await admin.connect();
await admin.query('CREATE DATABASE template_pitwall');
const template = 'template_pitwall';
await migrateAndGrant({ url: at(server.applicationUrl, template), ownerUrl: at(server.url, template) });
for (let worker = 1; worker <= workers; worker++) {
  await admin.query(`CREATE DATABASE worker_${worker} TEMPLATE template_pitwall`);
}
await admin.end();
process.stdout.write(`${JSON.stringify({ owner: server.url, application: server.applicationUrl })}\n`);

process.stdin.resume();
process.on('SIGINT', () => undefined);
await once(process.stdin, 'end');
await server.stop();
await data.remove();
