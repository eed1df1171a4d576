import { glob } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Verdict } from '../checks/check.js';
import { ROOT, runCommand, runPackage } from '../checks/command.js';

interface LintedFile {
  filePath: string;
  messages: { ruleId: string | null; message: string; line: number }[];
}

/** ESLint as `make lint` runs it, its security rules among the others. */
export async function checkLint(): Promise<Verdict> {
  const { code, stdout, stderr } = await runPackage('eslint', '--format', 'json', '.');
  if (code !== 0 && code !== 1) throw new Error(`ESLint ended with ${code}: ${stderr.trim()}`);
  const files = JSON.parse(stdout) as LintedFile[];
  const details = files.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, message, line }) => `${relative(ROOT, filePath)}:${line} ${message} (${ruleId})`),
  );
  const outcome = details.length > 0 ? 'failed' : 'passed';
  return { outcome, summary: `${details.length} findings in ${files.length} files`, details };
}

/** ShellCheck over every shell script of the repository. */
export async function checkShell(): Promise<Verdict> {
  const scripts: string[] = [];
  for await (const script of glob(['scripts/**/*.sh', '.ci/*'], { cwd: ROOT })) scripts.push(script);
  const { code, stdout, stderr } = await runCommand('shellcheck', ['--format=gcc', ...scripts]);
  if (code !== 0 && code !== 1) throw new Error(`shellcheck ended with ${code}: ${stderr.trim()}`);
  const details = stdout.split('\n').filter(Boolean);
  const outcome = details.length > 0 ? 'failed' : 'passed';
  return { outcome, summary: `${details.length} findings in ${scripts.length} scripts`, details };
}
