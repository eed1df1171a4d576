import { startEmbeddedPostgres } from '../src/database/embedded-postgres.js';

/** A process that owns the PostgreSQL in a folder, and prints its URL; for tests of what comes after its death. */
const [dataDir] = process.argv.slice(2);
const { url } = await startEmbeddedPostgres({ dataDir: String(dataDir), disposable: true });
process.stdout.write(`${url}\n`);
process.stdin.resume();
