import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runCommand } from '../checks/command.js';
import type { Figure } from './figure.js';

const PROGRAM = join(ROOT, 'scripts/performance/lighthouse/node_modules/lighthouse/cli/index.js');
const CHROME_FLAGS = '--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run';
const ATTEMPTS = 3;

/** What is read of a report (https://github.com/GoogleChrome/lighthouse/blob/main/docs/understanding-results.md). */
export interface LighthouseReport {
  runtimeError?: { message: string };
  categories: { performance: { score: number | null } };
  audits: Record<string, { numericValue?: number }>;
}

/** The name of each figure by the audit it comes from, and what its value is divided by. */
const AUDITS: readonly (readonly [audit: string, name: string, divisor: number])[] = [
  ['first-contentful-paint', 'first paint', 1],
  ['largest-contentful-paint', 'largest paint', 1],
  ['total-blocking-time', 'blocking', 1],
  ['speed-index', 'speed index', 1],
  ['cumulative-layout-shift', 'shift', 1],
  ['total-byte-weight', 'weight', 1024],
];

/**
 * Loads the page as a phone of the middle range over slow 4G would, and writes the report to the file. On a busy machine the
 * browser at times records nothing; that is tried again.
 */
export async function runLighthouse(url: string, headers: Record<string, string>, file: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(url, headers, file);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      console.log(`  again, for the ${attempt + 1}. time: ${(error as Error).message}`);
    }
  }
}

async function runOnce(url: string, headers: Record<string, string>, file: string): Promise<void> {
  await rm(file, { force: true });
  const { code, stderr } = await runCommand(
    process.execPath,
    [
      ...[PROGRAM, url, '--quiet', '--only-categories=performance', '--output=json', `--output-path=${file}`],
      ...[`--chrome-flags=${CHROME_FLAGS}`, `--extra-headers=${JSON.stringify(headers)}`],
    ],
    { timeoutMs: 180_000 },
  );
  if (code !== 0) throw new Error(`Lighthouse ended with ${code} for ${url}: ${stderr.trim().slice(-1000)}`);
  pageFigures(JSON.parse(await readFile(file, 'utf8')) as LighthouseReport, url);
}

/** Throws where the page was not measured: a missing value is none that got better. */
export function pageFigures({ runtimeError, categories, audits }: LighthouseReport, page: string): Figure[] {
  if (runtimeError) throw new Error(`Lighthouse could not load ${page}: ${runtimeError.message}`);
  const { score } = categories.performance;
  if (score === null) throw new Error(`Lighthouse gave ${page} no score.`);
  return [
    { name: `page score ${page}`, value: score * 100 },
    ...AUDITS.map(([audit, name, divisor]) => {
      const value = audits[audit]?.numericValue;
      if (value === undefined) throw new Error(`Lighthouse did not measure ${audit} of ${page}.`);
      return { name: `page ${name} ${page}`, value: value / divisor };
    }),
  ];
}
