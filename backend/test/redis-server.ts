import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RedisServer {
  url: string;
  port: number;
  pid: number;
  /** The `INFO` of a section, e.g. `commandstats`. */
  info(section: string): Promise<Map<string, string>>;
  flush(): Promise<void>;
  /** Keeps its connections open and answers nothing, as when packets are dropped. */
  pause(): void;
  resume(): void;
  /** SIGKILL; resolves when the process is gone. */
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

/** A Redis of the test's own on a free port, with nothing on disk; undefined (and says so) where none is installed. */
export async function startRedisServer(options: { port?: number } = {}): Promise<RedisServer | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const port = options.port ?? (await freePort());
    const child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    );
    const spawned = await once(child, 'spawn').then(
      () => true,
      () => false,
    );
    if (!spawned || child.pid === undefined) {
      console.warn('redis-server is not installed: the tests that need it are skipped.');
      return undefined;
    }
    if (await answers(child, port)) return handle(child, child.pid, port);
  }
  throw new Error(`redis-server did not start in ${ATTEMPTS} attempts.`);
}

function handle(child: ChildProcess, pid: number, port: number): RedisServer {
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    info: (section) => info(port, section),
    flush: async () => {
      const reply = await ask(port, 'FLUSHALL');
      if (reply !== '+OK\r\n') throw new Error(`FLUSHALL answered ${reply}`);
    },
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: async () => {
      process.off('exit', killWithParent);
      if (gone(child)) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Whether the started process itself answers on the port: another server may hold it, and then ours exits. */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  while (!gone(child)) {
    const server = await info(port, 'server').catch(() => undefined);
    if (server) {
      if (server.get('process_id') === String(child.pid)) return true;
      child.kill('SIGKILL');
      return false;
    }
    await sleep(10);
  }
  return false;
}

const gone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function info(port: number, section: string): Promise<Map<string, string>> {
  const reply = await ask(port, `INFO ${section}`);
  const fields = reply.split('\r\n').filter((line) => line.includes(':'));
  return new Map(fields.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** The whole raw reply to one command on a connection of its own. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\nQUIT\r\n`);
  let reply = '';
  for await (const chunk of socket.setEncoding('utf8')) reply += chunk;
  return reply.replace(/\+OK\r\n$/, '');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
