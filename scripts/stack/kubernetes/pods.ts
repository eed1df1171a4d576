import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDataFolder } from '../../../load/service/data-folder.js';
import { freePortPair, PitwallProcess } from '../../../load/service/pitwall.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { inFolder, mountSecrets, startPostgres, startRedis, type RunningStore } from './data-stores.js';
import { backends, environmentOf, render, type Workload } from './objects.js';

const MAIN = join(ROOT, 'backend/dist/main.js');
const MIGRATE = join(ROOT, 'backend/dist/commands/migrate.js');

const hex = () => randomBytes(32).toString('hex');

/** What was seen of each, in a few words, and what was not as it should be. */
export interface Findings {
  seen: string[];
  faults: string[];
}

/**
 * The pods of the overlay alpha as processes of this machine: PostgreSQL and Redis by their scripts and settings, the
 * migration and each role by the compiled back end, with the environment, the secrets and the time to stop of their pods.
 */
export async function runPods(): Promise<Findings> {
  const alpha = await render('alpha');
  const folder = await makeDataFolder('pods');
  const opened: RunningStore[] = [];
  try {
    const passwords = { owner: hex(), app: hex(), redis: hex(), metrics: hex() };
    await mountSecrets(folder.path, {
      postgres: { postgres_owner_password: passwords.owner, postgres_app_password: passwords.app },
      redis: { redis_password: passwords.redis },
    });
    const postgres = await startPostgres(alpha, folder.path);
    opened.push(postgres);
    const redis = await startRedis(alpha, folder.path);
    opened.push(redis);
    const database = `127.0.0.1:${postgres.port}/pitwall`;
    await mountSecrets(folder.path, {
      pitwall: {
        database_url: `postgresql://pitwall_app:${passwords.app}@${database}`,
        database_migration_url: `postgresql://pitwall:${passwords.owner}@${database}`,
        redis_url: `redis://:${passwords.redis}@127.0.0.1:${redis.port}`,
        pitwall_secret_key: randomBytes(32).toString('base64'),
        metrics_token: passwords.metrics,
      },
    });
    const start = (workload: Workload) => environmentHere(environmentOf(alpha, workload), folder.path);
    const back = await runBackend(backends(alpha), start, { folder: folder.path, token: passwords.metrics });
    return { seen: back.seen, faults: [...postgres.faults, ...redis.faults, ...back.faults] };
  } finally {
    for (const store of opened.reverse()) await store.stop();
    await folder.remove();
  }
}

type Environment = Record<string, string>;

/** The container's, with its files in our folder, and ports of loopback that are free: strangers could call others. */
async function environmentHere(environment: Environment, folder: string): Promise<Environment> {
  const moved = Object.entries(environment).map(([name, value]) => [name, inFolder(value, folder)]);
  const [port, metrics] = (await freePortPair()).map(String);
  return { ...Object.fromEntries(moved), HOST: '127.0.0.1', PORT: port, METRICS_PORT: metrics } as Environment;
}

async function runBackend(
  pods: Workload[],
  environmentOfPod: (workload: Workload) => Promise<Environment>,
  { folder, token }: { folder: string; token: string },
): Promise<Findings> {
  const [migration] = pods.filter(({ kind }) => kind === 'Job');
  const roles = pods.filter(({ kind }) => kind === 'Deployment');
  if (!migration || !roles[0]) throw new Error('There is no migration, or no role.');
  const faults: string[] = [];

  // A first installation by a plain `kubectl apply`: pods give up, and are started again, until the migration is done.
  const early = await runNode(MAIN, await environmentOfPod(roles[0]));
  if (early.code !== 1) faults.push(`a role that is started before the migration ends with ${early.code}`);
  const migrated = await runNode(MIGRATE, await environmentOfPod(migration));
  if (migrated.code !== 0) throw new Error(`migrate: ${migrated.stdout}${migrated.stderr}`);
  const seen = [String(migrated.stdout.trim().split('\n').at(-1))];

  for (const role of roles) {
    const environment = await environmentOfPod(role);
    const started = performance.now();
    const pitwall = await PitwallProcess.start({
      ...{ command: [MAIN], cwd: folder, port: Number(environment.PORT), environment },
      logFile: join(folder, `${role.name}.log`),
    });
    const readySeconds = secondsSince(started);
    const served = await lookAt(environment, token);
    const { status, seconds } = await stop(pitwall);
    const given = secondsToStop(role);
    faults.push(...served.map((fault) => `${role.name}: ${fault}`));
    if (status !== 503) faults.push(`${role.name}: its readiness is ${status} while it stops`);
    if (seconds > given) faults.push(`${role.name}: takes ${seconds.toFixed(1)} s to stop, and has ${given} s`);
    seen.push(`${role.name}: ready in ${readySeconds.toFixed(1)} s, stopped in ${seconds.toFixed(1)} of ${given} s`);
  }
  return { seen, faults };
}

/** Nothing of this process's environment but what finds programs. */
function runNode(file: string, environment: Environment) {
  const { PATH = '' } = process.env;
  const pairs = Object.entries({ PATH, ...environment }).map(([name, value]) => `${name}=${value}`);
  return runCommand('env', ['-i', ...pairs, process.execPath, file], { timeoutMs: 30_000 });
}

async function lookAt({ PORT, METRICS_PORT }: Environment, token: string): Promise<string[]> {
  const scrape = async (given: string) => {
    const headers = { authorization: `Bearer ${given}` };
    return (await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`, { headers })).status;
  };
  const statuses = [await scrape(token), await scrape('another')].join();
  const askHealth = async () => (await (await fetch(`http://127.0.0.1:${PORT}/health`)).json()) as { status: string };
  let health = await askHealth();
  // Ready without Redis, which is `degraded`; its connection comes a moment later.
  for (let tries = 0; health.status === 'degraded' && tries < 50; tries++) {
    await sleep(100);
    health = await askHealth();
  }
  return [
    ...(statuses === '200,401' ? [] : [`/metrics answers ${statuses}`]),
    ...(health.status === 'ok' ? [] : [JSON.stringify(health)]),
  ];
}

/** Its readiness soon after the signal, and how long it took. */
async function stop(pitwall: PitwallProcess): Promise<{ status: number; seconds: number }> {
  const started = performance.now();
  const stopped = pitwall.stop();
  await sleep(500);
  const { status } = await fetch(`http://127.0.0.1:${pitwall.port}/health/ready`);
  await stopped;
  return { status, seconds: secondsSince(started) };
}

const secondsSince = (started: number) => (performance.now() - started) / 1000;

const secondsToStop = ({ pod, container }: Workload) =>
  (pod.terminationGracePeriodSeconds ?? 30) - (container.lifecycle?.preStop?.sleep?.seconds ?? 0);
