import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { accessTable } from '../http/access-table.js';
import { openApiDocument } from '../http/openapi.js';
import { postmanCollection } from '../http/postman.js';
import { version } from '../version.js';
import { describedEndpoints } from './described-endpoints.js';

/**
 * Writes the documents that are made from the endpoints: `contracts`, or `contracts --check`, which fails where a
 * committed one is not what the endpoints say.
 */
const OPENAPI = fileURLToPath(new URL('../../openapi.json', import.meta.url));
const POSTMAN = fileURLToPath(new URL('../../../docs/pitwall.postman_collection.json', import.meta.url));
const ACCESS = fileURLToPath(new URL('../../../docs/ACCESS.md', import.meta.url));

const groups = await describedEndpoints();
const document = openApiDocument(groups, version);
const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
const contracts: [string, string][] = [
  [OPENAPI, json(document)],
  [POSTMAN, json(postmanCollection(groups, document))],
  [ACCESS, accessTable(groups)],
];
let drifted = 0;
for (const [path, text] of contracts) {
  const before = await readFile(path, 'utf8').catch(() => '');
  if (text === before) continue;
  if (process.argv.includes('--check')) {
    drifted++;
    process.stderr.write(`${path} is not what the endpoints say: run \`make contracts\` and commit it.\n`);
  } else {
    await writeFile(path, text);
    process.stdout.write(`Wrote ${path}.\n`);
  }
}
process.exit(drifted === 0 ? 0 : 1);
