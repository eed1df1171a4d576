import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePortPair } from '../../../load/service/pitwall.js';
import { runCommand } from '../../checks/command.js';
import { copyEdgeConfig, makeCertificate, nginxVersion, type EdgePorts, type Upstreams } from './edge-config.js';

const START_TIMEOUT_MS = 10_000;
/** As in the image: it may write to its folder and to nothing else of the machine. */
const UNPRIVILEGED = { uid: 101, gid: 101 };

export interface AccessLine {
  requestId: string;
  path: string;
  status: number;
  remote: string;
  upstream: string;
  upstreamStatus: string;
}

/** Debian's nginx with the configuration of `nginx/`, on loopback. */
export class Edge {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    readonly ports: EdgePorts,
    /** What signed its certificate. */
    readonly authority: string,
    /** Which nginx it is. */
    readonly program: string,
  ) {}

  static async start(upstreams: Upstreams, ports?: EdgePorts): Promise<Edge> {
    const { folder, ports: taken, program } = await prepareEdge(upstreams, ports);
    const errors = await open(join(folder, 'error.log'), 'a');
    const args = ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
    const child = spawn('nginx', args, { stdio: ['ignore', 'ignore', errors.fd], ...account() });
    await errors.close();
    const edge = new Edge(folder, child, taken, await readFile(join(folder, 'ca.crt'), 'utf8'), program);
    if (await edge.serves()) return edge;
    const said = await edge.errors();
    await edge.stop();
    throw new Error(`nginx did not start: ${said}`);
  }

  get authorityFile(): string {
    return join(this.folder, 'ca.crt');
  }

  errors(): Promise<string> {
    return readFile(join(this.folder, 'error.log'), 'utf8');
  }

  /** Throws where a line is not JSON. */
  async accessLog(): Promise<AccessLine[]> {
    const text = await readFile(join(this.folder, 'tmp/access.log'), 'utf8');
    const lines = text.split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as AccessLine);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exited;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async serves(): Promise<boolean> {
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(25)) {
      if (this.child.exitCode !== null) return false;
      const answer = await fetch(`http://127.0.0.1:${this.ports.plain}/nginx-health`).catch(() => undefined);
      if (answer?.ok) return true;
    }
    return false;
  }
}

/** What `nginx -t` says of the configuration; throws where it refuses it. */
export async function testConfig(upstreams: Upstreams): Promise<{ program: string; changed: string[]; said: string }> {
  const { folder, program, changed } = await prepareEdge(upstreams);
  try {
    const { code, stderr } = await runCommand('nginx', [
      '-e',
      'stderr',
      '-t',
      '-p',
      folder,
      '-c',
      join(folder, 'nginx.conf'),
    ]);
    if (code !== 0) throw new Error(stderr);
    return { program, changed, said: stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function freeEdgePorts(): Promise<EdgePorts> {
  const [plain, tls] = await freePortPair();
  return { plain, tls };
}

async function prepareEdge(upstreams: Upstreams, given?: EdgePorts) {
  const version = await nginxVersion();
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-edge-'));
  const ports = given ?? (await freeEdgePorts());
  const changed = await copyEdgeConfig(folder, { ports, upstreams, version });
  await makeCertificate(folder);
  await mkdir(join(folder, 'tmp'));
  await chmod(folder, 0o755);
  await chmod(join(folder, 'tls.key'), 0o644);
  const { uid } = account();
  if (uid !== undefined) await chown(join(folder, 'tmp'), uid, uid);
  return { folder, ports, program: `nginx ${version}`, changed };
}

const account = (): Partial<typeof UNPRIVILEGED> => (process.getuid?.() === 0 ? UNPRIVILEGED : {});
