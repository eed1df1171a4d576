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
  const [line] = await Promise.race([once(createInterface(server.stdout), 'line'), once(server, 'exit')]);
  if (typeof line !== 'string') throw new Error('The PostgreSQL for the tests did not start.');
  const { owner, application } = JSON.parse(line);
  process.env.TEST_OWNER_URL = owner;
  process.env.TEST_APPLICATION_URL = application;
  globalThis.testPostgres = server;
}
