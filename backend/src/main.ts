import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { loadConfigOrExit } from './config.js';
import type { FirstSignIn } from './first-start.js';
import { start } from './start.js';

const config = loadConfigOrExit();
const running = await start(config, showFirstSignIn).catch(() => process.exit(1));
const { logger, lifecycle, drain, reporter, port } = running;
logger.info('Pitwall is ready.', { port });
if (config.log.format === 'pretty') process.stdout.write(welcome(`http://localhost:${port}`));

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
process.on('uncaughtException', (error) => void crash(error));
process.on('unhandledRejection', (error) => void crash(error));

/** Says that it goes, waits until the load balancer has heard it, finishes what it has begun. */
async function stop(signal: string): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  logger.info('Pitwall is stopping.', { signal });
  drain();
  await sleep(config.http.shutdownDelayMs);
  await lifecycle.close();
  process.exit(0);
}

async function crash(error: unknown): Promise<void> {
  logger.error('Something failed that nobody waited for. The process ends.', { error });
  reporter.report(error);
  stopping = true;
  await Promise.race([lifecycle.close(), sleep(config.http.shutdownGraceMs)]);
  process.exit(1);
}

function welcome(base: string): string {
  return `
  Web          ${base}/
  API          ${base}/api/docs
  Health       ${base}/health
  Metrics      ${base}/metrics

  make demo             replays real GitHub webhooks
  make seed-mock-data   sends 90 days of mock history
  curl -X POST ${base}/api/v1/ingest -H "Authorization: Bearer $(cat ${join(config.dataDir, 'token')})" \\
    -H 'Content-Type: application/json' -d '{"type":"sensor","data":{"temperature":25.5},"source":"api"}'

`;
}

/** Not through the log, which is kept; at once, since nothing shows it again. */
function showFirstSignIn({ email, password }: FirstSignIn): void {
  process.stdout.write(`
  Sign in as   ${email}
  Password     ${password}

  It is shown this once. Later: make password-reset EMAIL=${email}

`);
}
