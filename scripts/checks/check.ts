import { isInstalled } from './command.js';
import { packageOf } from './debian.js';

/** `not run`: a program is not installed, or whoever knows did not answer; the summary says which. */
export type Outcome = 'passed' | 'failed' | 'not run';

export interface Verdict {
  outcome: Outcome;
  /** One line: what was looked at, or why not. */
  summary: string;
  /** Each finding, or what else is worth a line. */
  details?: string[];
}

export interface Check {
  name: string;
  /** What it calls; without one of them it is not run. */
  programs?: readonly string[];
  run(): Promise<Verdict>;
}

export interface CheckResult extends Verdict {
  name: string;
  seconds: number;
}

/** Runs one after the other. A check that throws has failed: what could not be looked at is not known to be sound. */
export async function runChecks(checks: readonly Check[], write: (line: string) => void): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const started = performance.now();
    write(`${check.name} ...`);
    const verdict = await runWhereInstalled(check).catch(asFailure);
    for (const detail of verdict.details ?? []) write(`  ${detail}`);
    results.push({ ...verdict, name: check.name, seconds: (performance.now() - started) / 1000 });
  }
  return results;
}

async function runWhereInstalled({ programs = [], run }: Check): Promise<Verdict> {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return run();
  const from = [...new Set(missing.map(packageOf))].join(' ');
  return { outcome: 'not run', summary: `not installed: ${missing.join(', ')} (${from})` };
}

function asFailure(error: unknown): Verdict {
  return { outcome: 'failed', summary: `broke: ${error instanceof Error ? error.message : String(error)}` };
}

/** A line for each check, and one that says how it went in all. */
export function summaryTable(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map(({ name, outcome, seconds, summary }) =>
    [name.padEnd(width), outcome.padEnd(7), `${seconds.toFixed(1).padStart(6)} s`, summary].join('  '),
  );
  const counts = Map.groupBy(results, ({ outcome }) => outcome);
  const total = [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
  return ['', ...lines, '', total].join('\n');
}

export const hasFailed = (results: readonly CheckResult[]) => results.some(({ outcome }) => outcome === 'failed');
