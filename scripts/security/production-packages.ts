import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../checks/command.js';

/** `package-lock.json`, lockfileVersion 3 (https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json). */
export interface LockFile {
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  name?: string;
  version?: string;
  dev?: boolean;
  link?: boolean;
  dependencies?: Record<string, string>;
}

const FOLDER = 'node_modules/';

/** As `name@version`: what `npm ci --omit=dev` would install, and what is built into the pages, which npm calls development. */
export async function productionPackages(lock: LockFile): Promise<Set<string>> {
  const production = new Set(bundledPackages(lock, await importedByPages()));
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path.includes(FOLDER) && !locked.dev && !locked.link) production.add(idOf(path, locked));
  }
  return production;
}

/** The packages of these names as the front end finds them, and all that they depend on. */
export function bundledPackages({ packages }: LockFile, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const add = (name: string, from: string) => {
    const path = [`${from}/${FOLDER}${name}`, `frontend/${FOLDER}${name}`, `${FOLDER}${name}`].find(
      (at) => packages[at],
    );
    const locked = path === undefined ? undefined : packages[path];
    if (!path || !locked || found.has(idOf(path, locked))) return;
    found.add(idOf(path, locked));
    for (const dependency of Object.keys(locked.dependencies ?? {})) add(dependency, path);
  };
  for (const name of names) add(name, 'frontend');
  return found;
}

/** Svelte itself is imported by what the compiler writes. */
async function importedByPages(): Promise<Set<string>> {
  const names = new Set(['svelte']);
  for await (const file of glob('frontend/src/**/*.{ts,svelte}', { cwd: ROOT, exclude: ['**/*.test.ts'] })) {
    const text = await readFile(join(ROOT, file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import) '((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^']*)?'/g)) {
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

function idOf(path: string, { name, version }: LockedPackage): string {
  return `${name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length)}@${version}`;
}
