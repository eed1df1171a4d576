/**
 * Measures two checkouts of Pitwall by turns, each built before: the load test of each, and its pages with Lighthouse.
 * `measure.ts --base DIR --head DIR --rounds N --out DIR` writes a file for each run to `base` and `head` in the last.
 */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../checks/command.js';
import { measurePages } from './pages.js';
import { LOAD_FILE } from './results.js';

const RESULTS = 'load/results';

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    head: { type: 'string', default: '.' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: 'results' },
  },
});
const rounds = Number(values.rounds);
if (values.base === undefined || !Number.isInteger(rounds) || rounds < 1) {
  console.error('measure.ts --base DIR [--head DIR] [--rounds N] [--out DIR]');
  process.exit(2);
}
const sides = { base: resolve(values.base), head: resolve(values.head) };
const out = resolve(values.out);

for (let round = 1; round <= rounds; round++) {
  const order = round % 2 === 1 ? (['base', 'head'] as const) : (['head', 'base'] as const);
  for (const side of order) {
    const folder = join(out, side);
    await mkdir(folder, { recursive: true });
    console.log(`Round ${round}, ${side}: load`);
    await measureLoad(sides[side], join(folder, LOAD_FILE(round)));
    console.log(`Round ${round}, ${side}: pages`);
    await measurePages(sides[side], round, folder);
  }
}

/** A checkout from before there was a load test is left out, and `compare.ts` names what it lacks. */
async function measureLoad(checkout: string, file: string): Promise<void> {
  const make = (...args: string[]) => runCommand('make', ['-C', checkout, ...args]);
  const { code: missing } = await make('--dry-run', 'load-test');
  if (missing !== 0) return console.log(`  there is no load test in ${checkout}`);
  const before = new Set(await resultsIn(checkout));
  const { code, stdout, stderr } = await make('load-test');
  if (code !== 0)
    throw new Error(`The load test of ${checkout} ended with ${code}:\n${stdout.slice(-3000)}${stderr.slice(-1000)}`);
  const written = (await resultsIn(checkout)).filter((name) => !before.has(name));
  if (written.length !== 1) throw new Error(`The load test of ${checkout} wrote ${written.length} results, not one.`);
  await copyFile(join(checkout, RESULTS, String(written[0])), file);
}

async function resultsIn(checkout: string): Promise<string[]> {
  const names = await readdir(join(checkout, RESULTS)).catch(() => []);
  return names.filter((name) => name.endsWith('.json'));
}
