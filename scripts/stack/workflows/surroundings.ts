import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../../checks/command.js';

/** What workflows call. */
export interface Surroundings {
  makeTargets: ReadonlySet<string>;
  npmScripts: ReadonlySet<string>;
  /** Composite actions, as `uses` names them. */
  actions: ReadonlySet<string>;
  hasFile(path: string): boolean;
}

export async function readSurroundings(): Promise<Surroundings> {
  const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
  const npmScripts = new Set<string>();
  for (const folder of ['.', 'backend', 'frontend', 'load']) {
    const text = await readFile(join(ROOT, folder, 'package.json'), 'utf8');
    const { scripts = {} } = JSON.parse(text) as { scripts?: Record<string, string> };
    for (const name of Object.keys(scripts)) npmScripts.add(name);
  }
  const actions = new Set<string>();
  for await (const path of glob('.github/actions/*/action.yml', { cwd: ROOT })) actions.add(`./${dirname(path)}`);
  return {
    makeTargets: new Set([...makefile.matchAll(/^([a-z][\w-]*):(?!=)/gm)].map(([, target]) => String(target))),
    npmScripts,
    actions,
    hasFile: (path) => existsSync(join(ROOT, path)),
  };
}
