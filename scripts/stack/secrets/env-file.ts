import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';

/** What the file sets; nothing where there is none. */
export async function readEnvFile(path: string): Promise<Record<string, string>> {
  if (!existsSync(path)) return {};
  const set = Object.entries(parseEnv(await readFile(path, 'utf8')));
  return Object.fromEntries(set.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Adds a line to the file where it does not set the variable yet; makes the file where there is none. Answers the value. */
export async function ensureSet(path: string, name: string, value: string, comment: string): Promise<string> {
  const given = (await readEnvFile(path))[name];
  if (given) return given;
  const before = existsSync(path) ? await readFile(path, 'utf8') : '';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  // A variable that was set to nothing is set again below it: the last one holds, for Node and for Compose.
  await writeFile(path, `${before}${gap}# ${comment}\n${name}=${value}\n`);
  return value;
}
