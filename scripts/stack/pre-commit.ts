import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Verdict } from '../checks/check.js';
import { ROOT, runCommand } from '../checks/command.js';
import { Clone } from './pre-commit/clone.js';
import { refused, taken } from './pre-commit/commits.js';
import type { StackCheck } from './stack-check.js';

interface Config {
  repos: { repo: string; hooks: { id: string; name: string }[] }[];
}

export const preCommitChecks: readonly StackCheck[] = [
  {
    name: 'hooks before a commit',
    programs: ['git', 'pre-commit', 'yamllint', 'shellcheck'],
    slow: true,
    run: checkHooks,
  },
];

/** In a clone: for each hook a commit that it refuses, and one that all take. */
async function checkHooks(): Promise<Verdict> {
  const { repos } = parse(await readFile(join(ROOT, '.pre-commit-config.yaml'), 'utf8')) as Config;
  const hooks = repos.flatMap((repo) => repo.hooks);
  const details = hooks
    .filter(({ id }) => !(id in refused))
    .map(({ id }) => `${id}: no commit shows that it refuses one`);
  const clone = await Clone.make();
  try {
    for (const { id, name } of hooks.filter((hook) => hook.id in refused)) {
      const { code, stdout, stderr } = await clone.commit(refused[id] ?? {});
      const failed = failedHooks(stdout + stderr, hooks);
      if (code === 0) details.push(`${id}: took what it has to refuse`);
      else if (failed.join() !== name)
        details.push(`${id}: refused by ${failed.join(', ') || `none: ${stderr.slice(-300)}`}`);
    }
    const { code, stdout, stderr } = await clone.commit(taken);
    if (code !== 0) details.push(`a clean commit was refused: ${(stdout + stderr).slice(-1500)}`);
    const passed = (stdout + stderr).split('\n').filter((line) => /\.Passed$/.test(line)).length;
    const { stdout: version } = await runCommand('pre-commit', ['--version']);
    const said = `${hooks.length} hooks each refused a commit, and ${passed} looked at one that all took`;
    const summary = `${version.trim()}: ${details.length === 0 ? said : `${details.length} findings`}`;
    return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
  } finally {
    await clone.remove();
  }
}

const failedHooks = (output: string, hooks: readonly { name: string }[]) =>
  hooks
    .map(({ name }) => name)
    .filter((name) => output.split('\n').some((line) => line.startsWith(`${name}.`) && line.endsWith('Failed')));
