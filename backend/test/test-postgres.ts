import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres.js';
import { migrate } from '../src/database/migrations.js';

/**
 * A throw-away PostgreSQL with a migrated template, cloned for each worker: a clone costs milliseconds. Prints its URL
 * and runs until its input ends.
 */
const workers = Number(process.argv[2]);
const dataDir = await mkdtemp(join(tmpdir(), 'pitwall-test-'));
// Under root the server runs as another account: where that one may enter, nothing is copied out of the way for it.
await chmod(dataDir, 0o755);
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };
const server = await startEmbeddedPostgres({ dataDir, settings, disposable: true });
const databaseUrl = (name: string) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;

const admin = new pg.Client({ connectionString: databaseUrl('postgres') });
await admin.connect();
await admin.query('CREATE DATABASE template_pitwall');
await migrate(databaseUrl('template_pitwall'));
for (let worker = 1; worker <= workers; worker++) {
  await admin.query(`CREATE DATABASE worker_${worker} TEMPLATE template_pitwall`);
}
await admin.end();
process.stdout.write(`${databaseUrl('postgres')}\n`);

process.stdin.resume();
process.on('SIGINT', () => undefined);
await once(process.stdin, 'end');
await server.stop();
await rm(dataDir, { recursive: true, force: true });
