import { relative } from 'node:path';
import type { Verdict } from '../checks/check.js';
import { ROOT, runCommand } from '../checks/command.js';

interface ScannedFile {
  filePath: string;
  messages: { message: string; loc: { start: { line: number } } }[];
}

/** Looks for credentials in every file that Git does not ignore. The messages hide the values they found. */
export async function checkSecrets(folder = ROOT): Promise<Verdict> {
  const args = ['--no-install', 'secretlint', '--format', 'json', '**/*'];
  const { code, stdout, stderr } = await runCommand('npx', args, { cwd: folder });
  if (code !== 0 && code !== 1) throw new Error(`secretlint ended with ${code}: ${stderr.trim()}`);
  return secretsVerdict(stdout, folder);
}

function secretsVerdict(report: string, folder: string): Verdict {
  const files = JSON.parse(report) as ScannedFile[];
  if (files.length === 0) throw new Error('secretlint looked at no file.');
  const details = files.flatMap(({ filePath, messages }) =>
    messages.map(({ message, loc }) => `${relative(folder, filePath)}:${loc.start.line} ${message}`),
  );
  const outcome = details.length > 0 ? 'failed' : 'passed';
  return { outcome, summary: `${details.length} credentials in ${files.length} files`, details };
}
