import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import { MONITORING, readRules, readYaml, rulePaths, testPaths, type RuleTest } from './rule-files.js';
import { replaced, withTemporaryFolder } from './temporary.js';

/** As `prometheus, version 2.42.0+ds (branch: ...` has it. */
export async function versionOf(program: string): Promise<string> {
  const { stdout, stderr } = await runCommand(program, ['--version']);
  const found = /version (\d+\.\d+\.\d+)/.exec(stdout + stderr);
  return `${program} ${found?.[1] ?? 'of an unknown version'}`;
}

/** The configurations and the rules, as the programs themselves read them. */
export async function checkConfiguration(): Promise<Verdict> {
  return withTemporaryFolder(async (folder) => {
    const prometheus = join(folder, 'prometheus');
    await cp(join(MONITORING, 'prometheus'), prometheus, { recursive: true });
    // promtool wants to see the file of the token, which only is where secrets are mounted.
    const token = join(folder, 'metrics_token');
    await writeFile(token, 'a'.repeat(40));
    const file = join(prometheus, 'prometheus.yml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, replaced(text, '/run/secrets/metrics_token', token));

    const blackbox = ['--config.check', `--config.file=${join(MONITORING, 'blackbox/blackbox.yml')}`];
    const details = [
      ...(await faultsOf('promtool', ['check', 'config', '--lint-fatal', file])),
      ...(await faultsOf('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...(await rulePaths())])),
      ...(await faultsOf('prometheus-blackbox-exporter', blackbox)),
    ];
    const rules = await readRules();
    const versions = [await versionOf('promtool'), await versionOf('prometheus-blackbox-exporter')];
    const summary = `${versions.join(', ')}: prometheus.yml, blackbox.yml, ${rules.length} rules`;
    return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
  });
}

/** @param folder of monitoring/prometheus/tests */
export async function testRules(folder: '.' | 'days'): Promise<Verdict> {
  const paths = await testPaths(folder);
  const files = await Promise.all(paths.map((path) => readYaml<{ tests: RuleTest[] }>(path)));
  const tests = files.flatMap((file) => file.tests);
  const expectations = tests.reduce(
    (sum, { alert_rule_test = [], promql_expr_test = [] }) => sum + alert_rule_test.length + promql_expr_test.length,
    0,
  );
  const details = await faultsOf('promtool', ['test', 'rules', ...paths]);
  const summary = `${await versionOf('promtool')}: ${tests.length} cases, ${expectations} expectations`;
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
}

async function faultsOf(program: string, args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runCommand(program, args);
  if (code === 0) return [];
  return [`${program} ended with ${code}:`, ...`${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')];
}
