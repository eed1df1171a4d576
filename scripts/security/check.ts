/** `not checked`: whoever knows did not answer. `skipped`: the program is not installed, and nothing depends on it. */
export type Outcome = 'passed' | 'failed' | 'not checked' | 'skipped';

export interface Verdict {
  outcome: Outcome;
  /** One line: what was looked at, or why not. */
  summary: string;
  /** Each finding, or what else is worth a line. */
  details?: string[];
}

export interface Check {
  name: string;
  run(): Promise<Verdict>;
}

export interface CheckResult extends Verdict {
  name: string;
  seconds: number;
}

/** Runs one after the other. A check that throws has failed: what could not be looked at is not known to be sound. */
export async function runChecks(checks: readonly Check[], write: (line: string) => void): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, run } of checks) {
    const started = performance.now();
    write(`${name} ...`);
    const verdict = await run().catch(asFailure);
    for (const detail of verdict.details ?? []) write(`  ${detail}`);
    results.push({ ...verdict, name, seconds: (performance.now() - started) / 1000 });
  }
  return results;
}

function asFailure(error: unknown): Verdict {
  return { outcome: 'failed', summary: `broke: ${error instanceof Error ? error.message : String(error)}` };
}

/** A line for each check, and one that says how it went in all. */
export function summaryTable(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map(({ name, outcome, seconds, summary }) =>
    [name.padEnd(width), outcome.padEnd(11), `${seconds.toFixed(1).padStart(6)} s`, summary].join('  '),
  );
  const counts = Map.groupBy(results, ({ outcome }) => outcome);
  const total = [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
  return ['', ...lines, '', total].join('\n');
}

export const hasFailed = (results: readonly CheckResult[]) => results.some(({ outcome }) => outcome === 'failed');
