import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Jest loads this file by itself, without the transform: PostgreSQL is started by a process that has one. */
export default async function globalSetup({ maxWorkers }) {
  const script = fileURLToPath(new URL('test-postgres.ts', import.meta.url));
  const server = spawn(process.execPath, ['--import', 'tsx', script, String(maxWorkers)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = await Promise.race([once(createInterface(server.stdout), 'line'), once(server, 'exit')]);
  if (typeof url !== 'string') throw new Error('The PostgreSQL for the tests did not start.');
  process.env.TEST_POSTGRES_URL = url;
  globalThis.testPostgres = server;
}
