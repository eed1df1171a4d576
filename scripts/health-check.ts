/**
 * Asks each part how it is: of the Pitwall at the URL that is given, else of the stack in containers. Ends with 1 where one
 * is not well. Needs nothing but what answers.
 */
import { join } from 'node:path';
import { ROOT } from './checks/command.js';
import { ask } from './health-check/ask.js';
import { serviceParts, stackParts, type Part } from './health-check/parts.js';
import { stackAddresses } from './stack/compose/addresses.js';
import { readEnvFile } from './stack/secrets/env-file.js';

interface Finding {
  part: Part;
  well: boolean;
  milliseconds: number;
  says: string;
}

const given = (process.argv[2] ?? '').trim().replace(/\/$/, '');
if (given !== '' && !/^https?:$/.test(URL.parse(given)?.protocol ?? '')) {
  console.error(`URL=${given} is no URL, such as http://localhost:8000.`);
  process.exit(2);
}
const stack = await stackAddresses({ ...(await readEnvFile(join(ROOT, '.env'))), ...process.env });
const parts = given ? serviceParts(given) : [...serviceParts(stack.pitwall), ...stackParts(stack.plain)];

const findings = await Promise.all(parts.map(examine));
const width = Math.max(...parts.map(({ name }) => name.length));
for (const { part, well, milliseconds, says } of findings) {
  const time = `${milliseconds.toFixed(0)} ms`.padStart(8);
  console.log(`${well ? 'ok      ' : 'NOT WELL'}  ${part.name.padEnd(width)}  ${time}  ${says} (${part.url})`);
}
const unwell = findings.filter(({ well }) => !well).length;
console.log(unwell === 0 ? `\nAll ${findings.length} are well.` : `\n${unwell} of ${findings.length} are not well.`);
if (!given && unwell === findings.length) {
  console.log('Is the stack up (make dev-stack)? For `make dev`: make health-check URL=http://localhost:8000');
}
process.exitCode = unwell === 0 ? 0 : 1;

async function examine(part: Part): Promise<Finding> {
  const started = performance.now();
  const found = (well: boolean, says: string) => ({ part, well, milliseconds: performance.now() - started, says });
  try {
    return found(true, part.judge(await ask(new URL(part.url), part.accept)));
  } catch (error) {
    return found(false, error instanceof Error ? error.message : String(error));
  }
}
