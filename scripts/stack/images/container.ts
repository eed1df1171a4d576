import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, type CommandResult } from '../../checks/command.js';
import type { BuiltImage, ImageConfig } from './buildah.js';

/**
 * What an engine does with `--read-only --tmpfs /tmp --security-opt no-new-privileges`: namespaces of its own for mounts and
 * processes, a root file system that cannot be written, and the image's user. Its arguments: root, user, yes or no to a network
 * of its own, and what to run.
 */
const RUN_READ_ONLY = `set -e
root=$1 user=$2 network=$3; shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
[ "$network" = host ] || ip link set lo up
exec setpriv --no-new-privs chroot --userspec="$user" "$root" /usr/bin/env -i "$@"`;

const START_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 30_000;

export interface ContainerOptions {
  environment?: Record<string, string>;
  /** After the entry point, in place of the image's own. */
  args?: string[];
  /** `own` has loopback alone. */
  network?: 'host' | 'own';
  /** Appended to. */
  logFile: string;
}

/** An image that runs, as an engine would run it. */
export class Container {
  private constructor(
    private readonly child: ChildProcess,
    private readonly config: ImageConfig,
    private readonly environment: readonly string[],
    /** Its first process, as seen from here. */
    readonly pid: number,
  ) {}

  static async start({ config, root }: BuiltImage, options: ContainerOptions): Promise<Container> {
    const { environment = {}, args = config.Cmd ?? [], network = 'host', logFile } = options;
    const log = await open(logFile, 'a');
    const [uid, gid] = config.User.split(':').map(Number);
    // nginx opens /dev/stdout anew, as its user.
    await chown(logFile, uid ?? 0, gid ?? 0);
    const variables = [...config.Env, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
    const namespaces = ['--mount', '--pid', '--fork', ...(network === 'own' ? ['--net'] : [])];
    const command = [...config.Entrypoint, ...args];
    const child = spawn(
      'unshare',
      [
        ...[...namespaces, 'sh', '-c', RUN_READ_ONLY, 'sh', root, config.User, network, ...variables],
        ...inFolder(config.WorkingDir, command),
      ],
      { stdio: ['ignore', log.fd, log.fd] },
    );
    await log.close();
    return new Container(child, config, variables, await firstProcess(child));
  }

  /** Runs it to its end. */
  static async run(image: BuiltImage, options: ContainerOptions): Promise<{ code: number | null; output: string }> {
    const before = (await readFile(options.logFile, 'utf8').catch(() => '')).length;
    const container = await Container.start(image, options);
    const code = await container.ended();
    return { code, output: (await readFile(options.logFile, 'utf8')).slice(before).trim() };
  }

  /** Beside its first process, as `docker exec` does. */
  exec(...command: string[]): Promise<CommandResult> {
    const [uid = '', gid = ''] = this.config.User.split(':');
    const into = [
      '--target',
      String(this.pid),
      '--mount',
      '--pid',
      '--net',
      '--root',
      '--setuid',
      uid,
      '--setgid',
      gid,
    ];
    const inside = ['/usr/bin/env', '-i', ...this.environment, ...inFolder(this.config.WorkingDir, command)];
    return runCommand('nsenter', [...into, ...inside]);
  }

  /** What the image's HEALTHCHECK says. */
  health(): Promise<CommandResult> {
    return this.exec(...this.config.Healthcheck.Test.slice(1));
  }

  /** By the signal that the image names. Answers the exit code; null where it had to be killed. */
  stop(): Promise<number | null> {
    this.signal(this.config.StopSignal as NodeJS.Signals);
    return this.ended();
  }

  private async ended(): Promise<number | null> {
    const timer = setTimeout(() => this.signal('SIGKILL'), END_TIMEOUT_MS);
    if (!this.hasEnded) await once(this.child, 'exit');
    clearTimeout(timer);
    return this.child.exitCode;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** At once, however it is. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  /** To its first process, with which all others end. (What unshare is told ends it alone: its child has another user.) */
  private signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded && this.pid > 0) process.kill(this.pid, signal);
  }
}

const inFolder = (folder: string, command: readonly string[]) => [
  ...['sh', '-c', 'cd "$0" && exec "$@"', folder === '' ? '/' : folder],
  ...command,
];

async function firstProcess(unshare: ChildProcess): Promise<number> {
  const pid = String(unshare.pid);
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(10)) {
    const children = await readFile(join('/proc', pid, 'task', pid, 'children'), 'utf8').catch(() => '');
    if (children.trim() !== '') return Number(children.trim().split(' ')[0]);
    if (unshare.exitCode !== null) return 0;
  }
  throw new Error('The container did not start.');
}
