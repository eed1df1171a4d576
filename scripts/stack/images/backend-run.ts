import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../../backend/src/database/embedded-postgres.js';
import { makeDataFolder } from '../../../load/service/data-folder.js';
import { freePortPair } from '../../../load/service/pitwall.js';
import { ROOT } from '../../checks/command.js';
import type { BuiltImage } from './buildah.js';
import { Container } from './container.js';

const READY_TIMEOUT_MS = 60_000;
const SHOWN_CHARACTERS = 1_500;
const ADMIN = 'admin@example.com';

/** Walks through the life of the service, in production, over a PostgreSQL outside the image. Throws at what does not hold. */
export async function runBackend(image: BuiltImage, logFile: string): Promise<string[]> {
  const data = await makeDataFolder('image-database');
  const postgres = await startEmbeddedPostgres({ dataDir: data.path });
  try {
    const environment = await settings(postgres);
    const done: string[] = [];
    const run = async (code: number, says: RegExp, ...args: string[]) => {
      const ended = await Container.run(image, { args, environment, logFile });
      if (ended.code !== code || !says.test(ended.output)) {
        throw new Error(`pitwall ${args.join(' ')} ended with ${ended.code}: ${ended.output.slice(-SHOWN_CHARACTERS)}`);
      }
      done.push(`pitwall ${args.join(' ')} -> ${ended.code}`);
    };
    await run(64, /^Use `pitwall/, 'nonsense');
    await run(1, /^not ready/, 'health');
    await run(1, /not fit for production|pending|migrations/i, 'serve');
    await run(0, /Done: \d+ migrations are applied, none is pending/, 'migrate');
    await run(0, /Nothing to do/, 'migrate');
    done.push(...(await serve(image, environment, logFile)));
    await run(0, /events are enqueued/, 'replay');
    await run(0, /and each fits/, 'audit-verify');
    await run(0, /^Open this once/, 'password-reset', ADMIN);
    return done;
  } finally {
    await postgres.stop();
    await data.remove();
  }
}

async function settings(postgres: { url: string; applicationUrl: string }): Promise<Record<string, string>> {
  const [port, metricsPort] = await freePortPair();
  return {
    ...{ HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: String(metricsPort) },
    ...{ DATABASE_URL: postgres.applicationUrl, DATABASE_MIGRATION_URL: postgres.url },
    ...{ PITWALL_SECRET_KEY: randomBytes(32).toString('base64'), METRICS_TOKEN: randomBytes(32).toString('hex') },
    ...{ PUBLIC_URL: 'https://pitwall.example.com', FORCE_HTTPS: 'true', TRUST_PROXY: '127.0.0.1' },
    // Its password is hashed at the start, by a package with code for this processor.
    ...{ PITWALL_ADMIN_EMAIL: ADMIN, PITWALL_ADMIN_PASSWORD: randomBytes(18).toString('base64url') },
  };
}

async function serve(image: BuiltImage, environment: Record<string, string>, logFile: string): Promise<string[]> {
  const container = await Container.start(image, { environment, logFile });
  try {
    await untilReady(container, environment.PORT ?? '', logFile);
    const health = await container.health();
    must(health.code === 0, `the health check ended with ${health.code}: ${health.stdout}${health.stderr}`);
    await mustRunAsItShould(container, image);
    const { version } = JSON.parse(await readFile(join(ROOT, 'backend/package.json'), 'utf8')) as { version: string };
    const figures = await fetch(`http://127.0.0.1:${environment.METRICS_PORT}/metrics`, {
      headers: { authorization: `Bearer ${environment.METRICS_TOKEN}` },
    });
    const said = /pitwall_build_info\{version="([^"]+)"/.exec(await figures.text())?.[1];
    must(said === version, `it says that it is version ${said}, and not ${version}`);
    const code = await container.stop();
    must(code === 0, `it ended with ${code} when it was told to stop`);
    must(/Pitwall is stopping/.test(await readFile(logFile, 'utf8')), 'it did not stop in order');
    return [`pitwall serve -> ready, healthy, version ${said}; ${image.config.StopSignal} -> ${code}`];
  } finally {
    await container.kill();
  }
}

async function mustRunAsItShould(container: Container, { config }: BuiltImage): Promise<void> {
  const status = await readFile(`/proc/${container.pid}/status`, 'utf8');
  const uid = /^Uid:\t(\d+)/m.exec(status)?.[1];
  must(`${uid}:` === `${config.User.split(':')[0]}:`, `it runs as ${uid}`);
  must(/^NSpid:\t\d+\t1$/m.test(status), 'it is not the first process');
  must(/^CapEff:\t0+$/m.test(status), 'it has capabilities');
  const command = await readFile(`/proc/${container.pid}/cmdline`, 'utf8');
  must(command.includes('--enable-source-maps'), 'its stack traces are not those of the sources');
  // Nowhere but in the folder for temporary files.
  const written = await container.exec(
    'sh',
    '-c',
    'for d in / /app /etc /usr/local/bin /home/node /var/tmp /tmp; do touch $d/probe && echo $d; done',
  );
  must(written.stdout.trim().endsWith('tmp') && !/\s/.test(written.stdout.trim()), `it writes to ${written.stdout}`);
}

async function untilReady(container: Container, port: string, logFile: string): Promise<void> {
  for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { redirect: 'manual' }).catch(() => undefined);
    if (answer?.ok) return;
    if (container.hasEnded) break;
  }
  throw new Error(`It did not become ready: ${(await readFile(logFile, 'utf8')).slice(-SHOWN_CHARACTERS)}`);
}

function must(holds: boolean, fault: string): void {
  if (!holds) throw new Error(`The back end: ${fault}.`);
}
