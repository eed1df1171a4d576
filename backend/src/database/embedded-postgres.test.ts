import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { makeDataFolder, type DataFolder } from '../../../load/service/data-folder.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';

jest.setTimeout(60_000);

let data: DataFolder;
let dataDir: string;
const servers: EmbeddedPostgres[] = [];
const owners: ChildProcess[] = [];

beforeEach(async () => {
  data = await makeDataFolder('embedded');
  dataDir = data.path;
});
afterEach(async () => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.stop();
  await data.remove();
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, disposable: true, settings: { fsync: 'off' } });
  servers.push(server);
  return server;
}

async function startInAnotherProcess(): Promise<{ url: string; owner: ChildProcess }> {
  const script = fileURLToPath(new URL('../../test/postgres-owner.ts', import.meta.url));
  const owner = spawn(process.execPath, ['--import', 'tsx', script, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  owners.push(owner);
  const [url] = (await once(createInterface(owner.stdout), 'line')) as [string];
  return { url, owner };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(sql).then(
    ({ rows }) => client.end().then(() => rows),
    (error: Error) => client.end().then(() => Promise.reject(error)),
  );
}

it('makes a cluster, serves it on loopback, and finds it again after a stop', async () => {
  const first = await start();
  expect(first).toMatchObject({
    adopted: false,
    url: expect.stringMatching(/^postgresql:\/\/pitwall:.+@127\.0\.0\.1:/),
  });
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  expect(await query(first.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  expect(await query(first.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  // Under root, and from where the server's account may not enter, the cluster is elsewhere.
  const location = join(dataDir, 'postgres.location');
  const home = existsSync(location) ? (await readFile(location, 'utf8')).trim() : dataDir;
  const { mode } = await stat(join(home, 'postgres.password'));
  expect((mode & 0o777).toString(8)).toBe('600');

  await first.stop();
  await expect(query(first.url, 'SELECT 1')).rejects.toThrow();

  const second = await start();
  expect(second.adopted).toBe(false);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

it('asks for its password', async () => {
  const { url } = await start();

  await expect(query(Object.assign(new URL(url), { password: 'guessed' }).href, 'SELECT 1')).rejects.toThrow(
    'password authentication failed',
  );
});

it('is not shared with a process that lives, and taken over from one that was killed', async () => {
  const { url, owner } = await startInAnotherProcess();
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');

  await expect(start()).rejects.toThrow(`Another Pitwall runs on ${dataDir}: stop it, or set DATABASE_URL`);
  expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);

  owner.kill('SIGKILL');
  await once(owner, 'exit');
  const adopted = await start();

  expect(adopted).toMatchObject({ adopted: true, url });
  expect(await query(adopted.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await adopted.stop();
  await expect(query(url, 'SELECT 1')).rejects.toThrow();
});

const asRoot = process.getuid?.() === 0 ? it : it.skip;

asRoot('as root keeps the cluster elsewhere where its account cannot enter, and says where', async () => {
  await chmod(dataDir, 0o700);

  const first = await start();
  const location = (await readFile(join(dataDir, 'postgres.location'), 'utf8')).trim();
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();

  expect(location).toMatch(/^\/var\/lib\/pitwall\/[0-9a-f]{12}$/);
  expect((await stat(join(location, 'postgres'))).uid).not.toBe(0);
  expect(await query((await start()).url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});
