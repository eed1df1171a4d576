import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../checks/check.js';
import { ROOT, runCommand } from '../checks/command.js';
import type { StackCheck } from './stack-check.js';
import { checkDependabot } from './workflows/dependabot.js';
import {
  checkScripts,
  checkWithActionlint,
  checkWithGitHubsParser,
  checkWithZizmor,
  checkYaml,
} from './workflows/linters.js';
import { mutationCount, unnoticed } from './workflows/rule-proof.js';
import { rules } from './workflows/rules.js';
import { readSurroundings } from './workflows/surroundings.js';
import { readWorkflowFiles } from './workflows/workflow-file.js';

const PERFORMANCE = 'scripts/performance';

export const workflowChecks: readonly StackCheck[] = [
  { name: "workflows (GitHub's parser)", run: checkWithGitHubsParser },
  { name: 'workflows (actionlint)', run: checkWithActionlint },
  { name: 'workflows (rules of their own)', run: checkRules },
  { name: 'workflows (zizmor)', programs: ['zizmor'], run: checkWithZizmor },
  { name: 'scripts of workflows (ShellCheck)', programs: ['shellcheck'], run: checkScripts },
  { name: 'updates of dependencies (dependabot.yml)', run: checkDependabot },
  { name: 'YAML (yamllint)', programs: ['yamllint'], run: checkYaml },
  { name: 'comparison of performance', run: checkComparison },
];

async function checkRules(): Promise<Verdict> {
  const [files, surroundings] = [await readWorkflowFiles(), await readSurroundings()];
  const details = rules.flatMap((rule) => rule.find(files, surroundings).map((what) => `${rule.name}: ${what}`));
  const missed = unnoticed(files, surroundings);
  const jobs = files.reduce((sum, file) => sum + file.jobs.length, 0);
  const looked = `${rules.length} rules, ${files.length} files, ${jobs} jobs: ${details.length} findings`;
  return {
    outcome: details.length + missed.length > 0 ? 'failed' : 'passed',
    summary: `${looked}; ${mutationCount - missed.length} of ${mutationCount} faults noticed`,
    details: [...details, ...missed],
  };
}

/** Its unit tests: what CI calls a regression is decided there. */
async function checkComparison(): Promise<Verdict> {
  const tests = (await readdir(join(ROOT, PERFORMANCE))).filter((name) => name.endsWith('.test.ts'));
  const args = ['--import', 'tsx', '--test', '--test-reporter=tap', ...tests.map((name) => join(PERFORMANCE, name))];
  const { code, stdout, stderr } = await runCommand(process.execPath, args);
  const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1] ?? 0);
  const failed = stdout.split('\n').filter((line) => line.startsWith('not ok'));
  if (code === 0 && passed === 0) throw new Error(`No test was run: ${stderr}`);
  return {
    outcome: code === 0 ? 'passed' : 'failed',
    summary: `${passed} tests passed, ${failed.length} failed`,
    details: failed,
  };
}
