import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, loadConfig, type Config } from './config.js';
import { start } from './start.js';

const config = configOrExit();
const running = await start(config).catch(() => process.exit(1));
const { logger, lifecycle, health, reporter, port } = running;
logger.info('Pitwall is ready.', addresses(port));

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
process.on('uncaughtException', (error) => void crash(error));
process.on('unhandledRejection', (error) => void crash(error));

function configOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}

/** Says that it goes, waits until the load balancer has heard it, finishes what it has begun. */
async function stop(signal: string): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  logger.info('Pitwall is stopping.', { signal });
  health.drain();
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

function addresses(openPort: number): Record<string, string> {
  const base = `http://localhost:${openPort}`;
  return { ui: `${base}/`, docs: `${base}/api/docs`, health: `${base}/health`, metrics: `${base}/metrics` };
}
