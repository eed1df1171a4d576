import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../backend/src/database/embedded-postgres.js';
import { freePort } from '../../../load/service/pitwall.js';
import { runCommand } from '../../checks/command.js';
import { all, nameOf, workloads, type Render } from './objects.js';

/** A data store as its manifests say, run here: the folders of its container are below one of ours. */
export interface RunningStore {
  port: number;
  faults: string[];
  stop(): Promise<void>;
}

const WAIT_MS = 20_000;

/** A PostgreSQL 18 as the image leaves it for roles.sql: a superuser, and an empty database that it owns. */
export async function startPostgres(render: Render, folder: string): Promise<RunningStore> {
  const server = await startEmbeddedPostgres({ dataDir: folder, disposable: true });
  try {
    return {
      port: Number(new URL(server.url).port),
      faults: await rolesFaults(render, folder, server.url),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function rolesFaults(render: Render, folder: string, url: string): Promise<string[]> {
  const superuser = {
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    user: 'image',
    password: randomBytes(16).toString('hex'),
  };
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(`CREATE ROLE image LOGIN SUPERUSER PASSWORD '${superuser.password}'`);
  await owner.end();
  const image = new pg.Client({ ...superuser, database: 'postgres' });
  await image.connect();
  await image.query('ALTER ROLE pitwall RENAME TO embedded_owner');
  await image.query('ALTER ROLE pitwall_app RENAME TO embedded_application');
  await image.query('ALTER DATABASE pitwall OWNER TO image');

  const script = join(folder, 'roles.sql');
  await writeFile(script, inFolder(fileOf(render, 'postgres-init', 'roles.sql'), folder));
  const connection = ['--host=127.0.0.1', `--port=${superuser.port}`, '--username=image', '--dbname=pitwall'];
  const psql = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--file=${script}`, ...connection];
  const { code, stderr } = await runCommand('psql', psql, { environment: { PGPASSWORD: superuser.password } });
  const faults = code === 0 ? [] : [`roles.sql: ${stderr.trim()}`];
  const { rows } = await image.query(
    `SELECT rolname AS name FROM pg_authid WHERE rolsuper AND rolpassword IS NOT NULL`,
  );
  if (rows.some(({ name }) => name === 'image')) faults.push('roles.sql leaves the superuser its password');
  await image.end();
  return faults;
}

/** Redis by the very command of its container, and by the very probe. */
export async function startRedis(render: Render, folder: string): Promise<RunningStore> {
  const { container } = workloads(render).find(({ name }) => name === 'redis') ?? {};
  const port = await freePort();
  const here = (text: string) => inFolder(text, folder).replace('redis-cli', `redis-cli -p ${port}`);
  for (const name of ['etc/redis', 'tmp', 'data']) await mkdir(join(folder, name), { recursive: true });
  const configuration = fileOf(render, 'redis', 'redis.conf')
    .replace('dir /data', `dir ${join(folder, 'data')}`)
    .replace('port 6379', `port ${port}`)
    .replace('bind * -::*', 'bind 127.0.0.1');
  await writeFile(join(folder, 'etc/redis/redis.conf'), configuration);
  const [shell = '', ...args] = (container?.command ?? []).map(here);
  const server = spawn(shell, args, { stdio: 'ignore' });
  const [probing = '', ...asking] = (container?.readinessProbe?.exec?.command ?? []).map(here);
  const probe = async () => (await runCommand(probing, asking, { timeoutMs: 5_000 })).code === 0;
  try {
    for (const deadline = Date.now() + WAIT_MS; !(await probe()); await sleep(50)) {
      if (Date.now() > deadline || server.exitCode !== null)
        throw new Error('Redis does not start, or its probe fails.');
    }
    return { port, faults: await redisFaults(port, folder, probe), stop: () => end(server) };
  } catch (error) {
    await end(server);
    throw error;
  }
}

async function redisFaults(port: number, folder: string, probe: () => Promise<boolean>): Promise<string[]> {
  const faults: string[] = [];
  const { stdout } = await runCommand('redis-cli', ['-p', String(port), 'ping']);
  if (!stdout.startsWith('NOAUTH')) faults.push(`Redis answers whoever asks: ${stdout.trim()}`);
  const file = join(folder, 'run/secrets/redis/redis_password');
  const password = await readFile(file);
  await writeFile(file, 'another');
  if (await probe()) faults.push('the probe of Redis passes with a wrong password');
  await writeFile(file, password);
  return faults;
}

/** Paths of a container, below a folder of ours. */
export const inFolder = (text: string, folder: string) =>
  text.replaceAll(/(?<![\w.-])\/(run\/secrets|etc\/redis|tmp)\//g, `${folder}/$1/`);

function fileOf(render: Render, map: string, key: string): string {
  const found = all(render, 'ConfigMap').find((one) => nameOf(one).startsWith(`${map}-`) && one.data?.[key]);
  if (!found?.data?.[key]) throw new Error(`There is no ${key} in a ConfigMap ${map}.`);
  return found.data[key];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** The files that Secrets become, by the folder that each is mounted at. */
export async function mountSecrets(
  folder: string,
  secrets: Readonly<Record<string, Record<string, string>>>,
): Promise<void> {
  for (const [name, files] of Object.entries(secrets)) {
    const mounted = join(folder, 'run/secrets', name);
    await mkdir(mounted, { recursive: true });
    for (const [key, value] of Object.entries(files)) await writeFile(join(mounted, key), value);
  }
}
