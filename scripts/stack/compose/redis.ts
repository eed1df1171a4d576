import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../../load/service/pitwall.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { inFolder } from './environment.js';
import { bytes, type ComposeModel } from './model.js';
import { unless } from './rule.js';

const START_TIMEOUT_MS = 10_000;
const SOURCE = 'compose/redis';
// eslint-disable-next-line sonarjs/publicly-writable-directories -- A tmpfs of the container's own; replaced here.
const OWN_CONFIGURATION = '/tmp/redis.conf';

/** A Redis that was started by the script and with the configuration of the file's, in a folder of its own. */
export class ComposeRedis {
  private constructor(
    readonly port: number,
    private readonly child: ReturnType<typeof spawn>,
    private readonly folder: string,
    private readonly password: string,
  ) {}

  /** @param folder holds its data; given again, it starts from them */
  static async start(secrets: string, folder: string): Promise<ComposeRedis> {
    const port = await freePort();
    await writeConfiguration(folder, secrets, port);
    const child = spawn('sh', [join(folder, 'start.sh')], { stdio: 'ignore' });
    const password = (await readFile(join(secrets, 'redis_password'), 'utf8')).trim();
    const redis = new ComposeRedis(port, child, folder, password);
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(50)) {
      if (
        await redis
          .ask((client) => client.ping())
          .then(
            () => true,
            () => false,
          )
      )
        return redis;
    }
    await redis.stop();
    throw new Error('redis-server did not start with the configuration of compose/redis.');
  }

  /** @param password another one than the right one, or none */
  async ask<T>(question: (client: Redis) => Promise<T>, password: string | undefined = this.password): Promise<T> {
    const options = { port: this.port, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 };
    const client = new Redis({ ...options, ...(password && { password }) });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }

  /** What the script starts the server with, its arguments and its environment: whoever looks at the process may see them. */
  async shown(): Promise<string> {
    const stub = join(this.folder, 'stub');
    await mkdir(stub, { recursive: true });
    await writeFile(join(stub, 'redis-server'), '#!/bin/sh\nprintf "%s\\n" "$0" "$@"\nenv\n', { mode: 0o755 });
    const environment = { PATH: `${stub}:${process.env.PATH}` };
    const { stdout } = await runCommand('sh', [join(this.folder, 'start.sh')], { environment });
    if (!stdout.includes('own.conf')) throw new Error(`start.sh started something else: ${stdout}`);
    return stdout;
  }

  /** Who may read the file that holds the password. */
  async configurationMode(): Promise<number> {
    return (await stat(join(this.folder, 'own.conf'))).mode & 0o777;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}

/** The same files, but for where things are: its folders, the secrets, and a port of its own on loopback. */
async function writeConfiguration(folder: string, secrets: string, port: number): Promise<void> {
  const read = (name: string) => readFile(join(ROOT, SOURCE, name), 'utf8');
  const script = inFolder(await read('start.sh'), secrets)
    .replaceAll('/etc/pitwall/', `${folder}/`)
    .replaceAll(OWN_CONFIGURATION, `${folder}/own.conf`);
  const configuration = (await read('redis.conf')).replace('dir /data', `dir ${folder}/data`);
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeFile(join(folder, 'start.sh'), script);
  await writeFile(join(folder, 'redis.conf'), `${configuration}\nport ${port}\nbind 127.0.0.1\n`);
}

/** That its configuration does what its comments say. */
export async function redisFaults(redis: ComposeRedis, { services }: ComposeModel, secrets: string): Promise<string[]> {
  const limit = bytes(services.redis?.deploy?.resources?.limits?.memory ?? '0');
  const password = (await readFile(join(secrets, 'redis_password'), 'utf8')).trim();
  const refused = await redis
    .ask((client) => client.get('x'), '')
    .then(
      () => false,
      () => true,
    );
  const settings = await redis.ask(async (client) => {
    const lines = (await client.config('GET', '*')) as string[];
    return new Map(lines.flatMap((name, at) => (at % 2 === 0 ? [[name, lines[at + 1]]] : [])));
  });
  return [
    ...unless(refused, 'redis: answers without its password'),
    ...unless(!(await redis.shown()).includes(password), 'redis: its password is in its arguments or its environment'),
    ...unless((await redis.configurationMode()) === 0o600, 'redis: others may read its password'),
    ...unless(
      settings.get('appendonly') === 'yes' && settings.get('appendfsync') === 'everysec',
      'redis: keeps no log',
    ),
    ...unless(settings.get('protected-mode') === 'yes', 'redis: is not protected'),
    ...unless(2 * Number(settings.get('maxmemory')) <= limit, 'redis: may use more than half of its memory for data'),
    ...(await redis.ask(evictionFaults)),
  ];
}

/** Fills the memory with answers and looks whether the counters of limits, whose windows are longer, are still there. */
async function evictionFaults(client: Redis): Promise<string[]> {
  const COUNTERS = 300;
  const ANSWERS = 4_000;
  const before = await client.config('GET', 'maxmemory');
  const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  await client.config('SET', 'maxmemory', String(used + 8 * 1024 * 1024));
  for (let n = 0; n < COUNTERS; n++) await client.set(`limit:${n}`, '49', 'PX', 3_600_000 - n);
  const answer = 'x'.repeat(8 * 1024);
  for (let n = 0; n < ANSWERS; n++) await client.set(`answer:${n}`, answer, 'EX', 30);
  const counters = await client.exists(...Array.from({ length: COUNTERS }, (_, n) => `limit:${n}`));
  const evicted = Number(/evicted_keys:(\d+)/.exec(await client.info('stats'))?.[1]);
  await client.flushall();
  await client.config('SET', 'maxmemory', String((before as string[])[1]));
  return [
    ...unless(evicted > 1000, `redis: evicted ${evicted} keys, so this proves nothing`),
    ...unless(counters === COUNTERS, `redis: forgot ${COUNTERS - counters} of ${COUNTERS} counters before answers`),
  ];
}
