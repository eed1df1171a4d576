/**
 * `new-feature NAME [PLURAL]` writes a feature that lists, shows, makes and deletes, in the shape that all have, and puts
 * it where they are put together. What it writes compiles and passes; it is there to be changed.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runPackage } from './checks/command.js';
import { namesOf } from './new-feature/names.js';
import { templatesOf } from './new-feature/templates.js';
import { wire } from './new-feature/wiring.js';

const [name = '', plural] = process.argv.slice(2);
const names = namesOf(name, plural);
if (typeof names === 'string') {
  process.stderr.write(`${names}\n`);
  process.exit(2);
}

const folder = join('backend/src/features', names.folder);
if (existsSync(join(ROOT, folder))) {
  process.stderr.write(`There is ${folder} already.\n`);
  process.exit(2);
}

// What cannot be wired must not leave half a feature behind, so nothing is written before everything is known.
const wired = await wire(ROOT, names);
const files = templatesOf(names).map(({ file, text }) => ({ file: join(folder, file), text }));
await mkdir(join(ROOT, folder));
for (const { file, text } of [...files, ...wired]) await writeFile(join(ROOT, file), text);
const changed = [...files, ...wired].map(({ file }) => file);
const { code, stderr } = await runPackage('prettier', '--write', '--log-level', 'warn', ...changed.filter(isCode));
if (code !== 0) throw new Error(stderr);

process.stdout.write(`${changed.map((file) => `  ${file}`).join('\n')}

Next, while no service runs on the embedded PostgreSQL:
  make migration NAME=add_${names.table}   then read the SQL
  make contracts
  make test
`);

function isCode(file: string): boolean {
  return file.endsWith('.ts');
}
