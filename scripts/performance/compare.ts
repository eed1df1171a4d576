/**
 * Compares what `measure.ts` measured: `compare.ts FOLDER`. Prints a table in Markdown, and ends with 1 where something got
 * worse beyond its bound, with 2 where there is nothing to compare.
 */
import { join } from 'node:path';
import { compare, isRegression, summaryOf } from './comparison.js';
import { readFigures } from './results.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('compare.ts FOLDER: the folder that measure.ts wrote, with base/ and head/ in it');
  process.exit(2);
}
const [base, head] = await Promise.all(['base', 'head'].map((side) => readFigures(join(folder, side))));
if (!base?.length || !head?.length) {
  console.log(`Nothing was compared: ${base?.length ?? 0} figures of the base, ${head?.length ?? 0} of the head.`);
  process.exit(2);
}
const comparison = compare(base, head);
if (comparison.figures.length === 0) {
  console.log('Nothing was compared: the two have no figure in common.');
  process.exit(2);
}
console.log(summaryOf(comparison));
process.exitCode = isRegression(comparison) ? 1 : 0;
