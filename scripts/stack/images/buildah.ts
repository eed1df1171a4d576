import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, runCommand } from '../../checks/command.js';

const SHOWN_CHARACTERS = 2_000;
/**
 * Buildah runs from a copy of itself that is sealed in memory, which the kernel refuses while it still writes there (EBUSY of
 * F_ADD_SEALS in fcntl(2)). The same command then does.
 */
const BEGUN_TOO_SOON = 'sealing memfd copy: Device or resource busy';
const MOST_ATTEMPTS = 5;

/** What an image says of how to run it (https://github.com/moby/docker-image-spec/blob/main/spec.md). */
export interface ImageConfig {
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd?: string[];
  WorkingDir: string;
  StopSignal: string;
  Healthcheck: { Test: string[] };
  Labels: Record<string, string>;
}

export interface BuiltImage {
  config: ImageConfig;
  /** Where its file system is, for as long as the store is open. */
  root: string;
  megabytes: number;
}

/** Builds images without a daemon, in a store that is thrown away. Needs root. */
export class Buildah {
  private constructor(
    readonly folder: string,
    private readonly driver: string,
  ) {}

  static async open(): Promise<Buildah> {
    const folder = await mkdtemp(join(tmpdir(), 'pitwall-images-'));
    // The accounts of the images must get to their file systems.
    await chmod(folder, 0o755);
    const quick = new Buildah(folder, 'overlay');
    const works = await quick.tryRun('images');
    // Copies each layer whole, and works everywhere.
    return works.code === 0 ? quick : new Buildah(folder, 'vfs');
  }

  async run(...args: string[]): Promise<string> {
    let { code, stdout, stderr } = await this.tryRun(...args);
    for (let attempt = 1; attempt < MOST_ATTEMPTS && stderr.includes(BEGUN_TOO_SOON); attempt++) {
      ({ code, stdout, stderr } = await this.tryRun(...args));
    }
    if (code === 0) return stdout.trim();
    throw new Error(`buildah ${args[0]} ended with ${code}: ${`${stdout}${stderr}`.slice(-SHOWN_CHARACTERS)}`);
  }

  tryRun(...args: string[]) {
    const places = ['--root', join(this.folder, 'store'), '--runroot', join(this.folder, 'run')];
    const environment = { BUILDAH_ISOLATION: 'chroot', TMPDIR: this.folder };
    return runCommand('buildah', [...places, '--storage-driver', this.driver, ...args], { environment });
  }

  /** @param bases images of this store that stand in for the bases that the Dockerfile names */
  async build(dockerfile: string, name: string, bases: ReadonlyMap<string, string>): Promise<BuiltImage> {
    const standIns = [...bases].flatMap(([base, image]) => ['--build-context', `${base}=container-image://${image}`]);
    const cpu = process.arch === 'x64' ? 'amd64' : process.arch;
    const npm = await this.npmSettings();
    await this.run(
      // OCI's own format has no health check.
      ...['build', '--quiet', '--format', 'docker', '--pull-never', '--platform', `linux/${cpu}`],
      // All that this process may; by itself it gives 1024, of which npm may run out.
      ...['--ulimit', `nofile=${await openFilesLimit()}`],
      ...[...standIns, ...npm, '--build-arg', 'VERSION=1.2.3', '--build-arg', 'REVISION=0123abc'],
      ...['--file', join(ROOT, dockerfile)],
      ...['--tag', name, ROOT],
    );
    return this.read(name);
  }

  /** Where packages come from is a matter of the machine: its npm's registry and certificates, and none of its tokens. */
  private async npmSettings(): Promise<string[]> {
    const setting = async (name: string) => (await runCommand('npm', ['config', 'get', name])).stdout.trim();
    const [registry, cafile] = [await setting('registry'), await setting('cafile')];
    const file = join(this.folder, 'npmrc');
    const trusted = cafile === 'null' ? process.env.NODE_EXTRA_CA_CERTS : cafile;
    const certificates = trusted ? [trusted] : [];
    await writeFile(file, [`registry=${registry}`, ...certificates.map((path) => `cafile=${path}`), ''].join('\n'));
    const mounts = [`${file}:/usr/local/etc/npmrc:ro`, ...certificates.map((path) => `${path}:${path}:ro`)];
    return mounts.flatMap((mount) => ['--volume', mount]);
  }

  private async read(name: string): Promise<BuiltImage> {
    const { Docker } = JSON.parse(await this.run('inspect', '--type', 'image', name)) as {
      Docker: { config: ImageConfig };
    };
    const root = await this.run('mount', await this.run('from', '--pull-never', name));
    const [size] = JSON.parse(await this.run('images', '--json', name)) as { size: string }[];
    return { config: Docker.config, root, megabytes: Number.parseInt(size?.size ?? '', 10) };
  }

  async close(): Promise<void> {
    await this.tryRun('umount', '--all');
    await this.tryRun('rm', '--all');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function openFilesLimit(): Promise<string> {
  const hard = /^Max open files\s+\d+\s+(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1];
  return `${hard}:${hard}`;
}
