import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { ROOT } from '../../checks/command.js';

const FOLDER = 'docs/runbooks';
/** What whoever is woken wants to know. */
const PARTS = ['For users', 'Confirm', 'Likely causes', 'Do', 'Escalate', 'Recovered'];

/** @param file relative to the repository */
export async function runbookFaults(file: string, alert: string): Promise<string[]> {
  if (!existsSync(join(ROOT, file))) return [`there is no ${file}`];
  const sections = (await readFile(join(ROOT, file), 'utf8')).split('\n## ');
  const section = sections.find((text) => text.startsWith(`${alert}\n`));
  if (section === undefined) return [`${file} has no heading ${alert}`];
  const missing = PARTS.filter((part) => !section.includes(`\n**${part}.**`));
  return missing.length > 0 ? [`${file} does not say: ${missing.join(', ')}`] : [];
}

/** That what runbooks link to in the repository is there. */
export async function checkRunbookLinks(): Promise<Verdict> {
  const details: string[] = [];
  let links = 0;
  for await (const page of glob(`${FOLDER}/*.md`, { cwd: ROOT })) {
    const text = await readFile(join(ROOT, page), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)]*)\)/g)) {
      if (/^https?:/.test(target)) continue;
      links += 1;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(ROOT, file))) details.push(`${page}: there is no ${file}`);
      else if (anchor !== undefined && !(await anchorsOf(file)).includes(anchor))
        details.push(`${page}: ${file} has no heading ${anchor}`);
    }
  }
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary: `${links} links of runbooks`, details };
}

/** Of headings of one word, as alerts have them. */
async function anchorsOf(file: string): Promise<string[]> {
  const lines = (await readFile(join(ROOT, file), 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith('#')).map((line) => line.replace(/^#+ /, '').toLowerCase());
}
