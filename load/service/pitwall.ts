import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 60_000;
const SHOWN_LOG_CHARACTERS = 3_000;

export interface PitwallOptions {
  /** What Node is told, and the file that it runs. */
  command: string[];
  cwd: string;
  port: number;
  environment: Record<string, string>;
  /** Appended to. */
  logFile: string;
}

/** A Pitwall in a process of its own. */
export class PitwallProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Resolves once it is ready. Inherits nothing of the environment but what finds the programs. */
  static async start({ command, cwd, port, environment, logFile }: PitwallOptions): Promise<PitwallProcess> {
    const log = await open(logFile, 'a');
    const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
    const child = spawn(process.execPath, command, {
      cwd,
      env: { PATH, HOME, TMPDIR, PORT: String(port), LOG_FORMAT: 'json', ...environment },
      stdio: ['ignore', log.fd, log.fd],
    });
    await log.close();
    const pitwall = new PitwallProcess(child, port);
    if (await pitwall.isReady()) return pitwall;
    await pitwall.kill();
    const said = (await readFile(logFile, 'utf8')).slice(-SHOWN_LOG_CHARACTERS);
    throw new Error(`Pitwall did not become ready. Its log ends:\n${said}`);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** In order, as an orchestrator would. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }

  private async isReady(): Promise<boolean> {
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !this.ended; await sleep(25)) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => undefined);
      if (answer?.ok) return true;
    }
    return false;
  }
}

export async function freePort(): Promise<number> {
  const [port] = await freePortPair();
  return port;
}

/** Two that differ: one that was free may be given out again before anybody listens there. */
export async function freePortPair(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = servers.map(async (server) => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  });
  const pair = (await Promise.all(ports)) as [number, number];
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return pair;
}
