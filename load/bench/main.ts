import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../backend/src/database/embedded-postgres.js';
import { migrateAndGrant } from '../../backend/src/database/open-database.js';
import type { Measurement, Task } from '../client/measurement.js';
import { BACKEND, compileBackend } from '../service/compiled-backend.js';
import { signIn, UNREACHED_LIMITS } from '../service/credentials.js';
import { makeDataFolder } from '../service/data-folder.js';
import { freePort, PitwallProcess } from '../service/pitwall.js';
import { WorkerProcess } from '../service/worker-process.js';
import type { Bench, CaseResult } from './bench.js';
import { cases } from './cases.js';
import type { FloorTask } from './floor/floor-task.js';
import { connectHookSource } from './hook-source.js';
import { readOptions } from './options.js';
import { table, writeJson } from './report.js';
import { seedRuns } from './seeded-runs.js';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));
const POOL_SIZE = 10;

const options = readOptions(process.argv.slice(2));
const named = cases.filter(({ name }) => name === options.only);
const chosen = named.length > 0 ? named : cases.filter(({ name }) => name.includes(options.only));
if (chosen.length === 0)
  throw new Error(`No case is named ${options.only}: ${cases.map(({ name }) => name).join('; ')}.`);
const say = (line: string) => void process.stderr.write(`${line}\n`);

const closers: (() => Promise<unknown>)[] = [];
const closing = async () => {
  for (const close of closers.splice(0).reverse()) await close().catch((error: unknown) => say(String(error)));
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void closing().then(() => process.exit(1)));
try {
  const results = await runAll(await prepare());
  process.stdout.write(`\n${table(results)}\n`);
  const file = options.json ?? join(RESULTS, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
  await writeJson(file, results);
  say(`\nThe details are in ${file}.`);
} finally {
  await closing();
}

async function runAll(bench: Bench): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of chosen) {
    say(`${one.name} ...`);
    results.push(await one.run(bench));
  }
  return results;
}

/** Pitwall as production runs it: compiled, beside a PostgreSQL of its own. */
async function prepare(): Promise<Bench> {
  say('Compiling, and making a database ...');
  const program = compileBackend();
  const folder = await makeDataFolder('bench');
  closers.push(() => folder.remove());
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path });
  closers.push(() => postgres.stop());
  await migrateAndGrant({ url: postgres.applicationUrl, ownerUrl: postgres.url });
  const database = new pg.Pool({ connectionString: postgres.url, max: 4 });
  closers.push(() => database.end());
  say(`Seeding ${options.rows.toLocaleString('en')} runs ...`);
  await seedRuns(database, options.rows);

  const administrator = { email: 'bench@example.com', password: randomBytes(16).toString('hex') };
  const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const pitwall = await PitwallProcess.start({
    command: [...profiling, program],
    cwd: BACKEND,
    port: await freePort(),
    environment: {
      NODE_ENV: 'production',
      DATABASE_URL: postgres.applicationUrl,
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      PITWALL_SECRET_KEY: randomBytes(32).toString('base64'),
      PITWALL_DATA_DIR: folder.path,
      PUBLIC_URL: 'http://localhost',
      PITWALL_ADMIN_EMAIL: administrator.email,
      PITWALL_ADMIN_PASSWORD: administrator.password,
      ...UNREACHED_LIMITS,
    },
    logFile: join(folder.path, 'pitwall.log'),
  });
  closers.push(() => pitwall.stop());
  const credentials = await signIn(pitwall.port, administrator);
  await connectHookSource(pitwall.port, credentials);
  const client = WorkerProcess.start<Task, Measurement>(new URL('../client/client.process.ts', import.meta.url));
  closers.push(() => client.stop());
  const floor = WorkerProcess.start<FloorTask, unknown>(new URL('./floor/floor.process.ts', import.meta.url));
  closers.push(() => floor.stop());
  const { seconds, rounds, rows } = options;
  return {
    pitwall,
    credentials,
    databaseUrl: postgres.url,
    database,
    client,
    floor,
    poolSize: POOL_SIZE,
    rows,
    seconds,
    rounds,
    say,
  };
}
