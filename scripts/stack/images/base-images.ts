import { existsSync } from 'node:fs';
import { cp, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { isInstalled, runCommand } from '../../checks/command.js';
import type { Buildah } from './buildah.js';

const SUITE = 'trixie';
// eslint-disable-next-line sonarjs/no-clear-text-protocols -- Debian signs what it lists, and debootstrap checks that.
const MIRROR = 'http://deb.debian.org/debian';
const REGISTRY = 'https://registry-1.docker.io/v2/';
const REGISTRY_TIMEOUT_MS = 5_000;
const DEBIAN = 'localhost/debian';

/** What a Dockerfile's bases are taken from, and what that is in words. */
export interface Bases {
  standIns: Map<string, string>;
  description: string;
}

/** The bases themselves, where their registry answers; else bases that are made here, in the places that those have. */
export async function openBases(buildah: Buildah, names: readonly string[]): Promise<Bases> {
  if (await registryAnswers()) {
    for (const name of names) await buildah.run('pull', '--quiet', name);
    return { standIns: new Map(), description: 'the real bases' };
  }
  await makeDebian(buildah);
  const standIns = new Map<string, string>();
  for (const name of names) {
    const make = makers.find(({ of }) => name.startsWith(of));
    if (!make) throw new Error(`Nothing stands in for ${name}, and its registry does not answer.`);
    standIns.set(name, await make.make(buildah));
  }
  return {
    standIns,
    description: `bases made here, since the registry does not answer (Debian ${SUITE}; Node ${process.versions.node} and npm of this machine; Debian's nginx)`,
  };
}

const makers: readonly { of: string; make(buildah: Buildah): Promise<string> }[] = [
  { of: 'docker.io/library/node:', make: makeNode },
  { of: 'docker.io/nginxinc/nginx-unprivileged:', make: makeNginx },
];

async function registryAnswers(): Promise<boolean> {
  const answer = await fetch(REGISTRY, { signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) }).catch(() => undefined);
  // Without a token; that it asks for one is an answer.
  return answer?.status === 401 || answer?.status === 200;
}

async function makeDebian(buildah: Buildah): Promise<void> {
  if (!isInstalled('debootstrap')) throw new Error('debootstrap is not installed, and the registry does not answer.');
  const root = join(buildah.folder, 'debian');
  const { code, stdout } = await runCommand('debootstrap', ['--variant=minbase', SUITE, root, MIRROR]);
  if (code !== 0) throw new Error(`debootstrap ended with ${code}: ${stdout.slice(-500)}`);
  await commit(buildah, 'scratch', DEBIAN, async (mounted) => {
    await runCommand('cp', ['-a', `${root}/.`, mounted]);
    // What was fetched, which those bases do not keep either.
    for (const path of ['var/cache/apt', 'var/lib/apt/lists']) await rm(join(mounted, path), { recursive: true });
    await rm(root, { recursive: true });
  });
}

/** As https://github.com/nodejs/docker-node/blob/main/24/trixie-slim/Dockerfile lays it out, with what is to be removed. */
function makeNode(buildah: Buildah): Promise<string> {
  return commit(buildah, DEBIAN, 'localhost/node', async (root, run) => {
    const local = join(root, 'usr/local');
    await run('groupadd', '--gid', '1000', 'node');
    await run('useradd', '--uid', '1000', '--gid', 'node', '--shell', '/bin/bash', '--create-home', 'node');
    await cp(process.execPath, join(local, 'bin/node'));
    await cp(await npmFolder(), join(local, 'lib/node_modules/npm'), { recursive: true, dereference: true });
    await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
    await symlink('../lib/node_modules/npm/bin/npx-cli.js', join(local, 'bin/npx'));
    await symlink('node', join(local, 'bin/nodejs'));
    await mkdir(join(local, 'include/node'), { recursive: true });
    await mkdir(join(root, 'opt/yarn-v1.22.22/bin'), { recursive: true });
    const programs = ['corepack', 'yarn', 'yarnpkg', 'docker-entrypoint.sh'].map((name) => join(local, 'bin', name));
    for (const file of programs) await writeFile(file, '#!/bin/sh\n', { mode: 0o755 });
  });
}

/** As https://github.com/nginx/docker-nginx-unprivileged lays it out; wget is BusyBox's, as in Alpine. */
function makeNginx(buildah: Buildah): Promise<string> {
  return commit(buildah, DEBIAN, 'localhost/nginx', async (root, run) => {
    await run('apt-get', 'update', '-qq');
    await run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'nginx', 'busybox');
    await run('rm', '-rf', '/var/cache/apt', '/var/lib/apt/lists');
    await run('groupadd', '--gid', '101', 'nginx');
    await run('useradd', '--uid', '101', '--gid', 'nginx', '--no-create-home', '--shell', '/usr/sbin/nologin', 'nginx');
    await symlink('/usr/bin/busybox', join(root, 'usr/local/bin/wget'));
    await run('mkdir', '-p', '/docker-entrypoint.d', '/var/cache/nginx', '/etc/nginx/conf.d', '/usr/share/nginx/html');
    await writeFile(join(root, 'docker-entrypoint.sh'), '#!/bin/sh\n', { mode: 0o755 });
    await run('chown', '-R', '101:0', '/etc/nginx', '/var/cache/nginx');
    await run('chmod', '-R', 'g+w', '/etc/nginx', '/var/cache/nginx');
  });
}

async function commit(
  buildah: Buildah,
  from: string,
  name: string,
  change: (root: string, run: (...command: string[]) => Promise<string>) => Promise<void>,
): Promise<string> {
  const container = await buildah.run('from', '--pull-never', from);
  const root = await buildah.run('mount', container);
  await change(root, (...command) => buildah.run('run', container, '--', ...command));
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await buildah.run('config', '--env', `PATH=${path}`, '--entrypoint', '["docker-entrypoint.sh"]', container);
  await buildah.run('commit', '--quiet', '--rm', '--format', 'docker', container, name);
  return name;
}

/** Of the npm on PATH, which is a link into its package. */
async function npmFolder(): Promise<string> {
  const folder = (process.env.PATH ?? '').split(delimiter).find((each) => existsSync(join(each, 'npm')));
  if (folder === undefined) throw new Error('npm is not on PATH.');
  return join(dirname(await realpath(join(folder, 'npm'))), '..');
}
