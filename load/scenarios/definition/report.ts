import { judge, type Threshold } from './thresholds.ts';

/** Milliseconds. */
export interface LatencyFigures {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface RequestFigures {
  readonly name: string;
  readonly count: number;
  /** Answered with another status than expected, or not at all. */
  readonly failed: number;
  /** How often each unexpected status came; `no answer` for none. k6 does not tell them apart and leaves it out. */
  readonly errors?: Readonly<Record<string, number>>;
  readonly latencyMs: LatencyFigures;
}

export interface CheckFigures {
  readonly passed: number;
  readonly failed: number;
  /** The names of those that failed. */
  readonly failures: readonly string[];
}

export const NO_CHECKS: CheckFigures = { passed: 0, failed: 0, failures: [] };

export interface Figures {
  readonly requests: readonly RequestFigures[];
  readonly total: RequestFigures;
  readonly checks: CheckFigures;
  /** Of what goes before and after the load, whose requests are not counted. */
  readonly around: CheckFigures;
}

export interface RunFacts {
  readonly scenario: 'functional' | 'load';
  /** `node` or `k6`. */
  readonly runner: string;
  readonly target: string;
  readonly seconds: number;
  readonly settings: { readonly durationSeconds: number; readonly rate: number; readonly users: number } | null;
  /** What could not be done with the credentials given. */
  readonly leftOut: readonly string[];
}

/** What a run leaves for people and for comparison. `format` changes when a field changes its meaning or goes away. */
export interface Report extends RunFacts, Figures {
  readonly format: 1;
  readonly thresholds: readonly Threshold[];
  readonly passed: boolean;
}

export function makeReport(facts: RunFacts, figures: Figures): Report {
  const thresholds = judge(facts.scenario, figures);
  return { format: 1, ...facts, ...figures, thresholds, passed: thresholds.every(({ met }) => met) };
}

const HEADINGS = ['request', 'count', 'failed', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'errors'];

/** The report in a terminal. */
export function reportText(report: Report): string {
  const { scenario, target, seconds, requests, total, checks, around, leftOut, thresholds } = report;
  const failures = [...checks.failures, ...around.failures].map((name) => `FAILED: ${name}`);
  return [
    `${scenario}, ${target}, ${seconds.toFixed(1)} s`,
    '',
    ...table([HEADINGS, ...requests.map(row), row(total)]),
    '',
    `checks: ${checks.passed + around.passed} passed, ${checks.failed + around.failed} failed`,
    ...failures,
    ...leftOut.map((what) => `left out: ${what}`),
    ...thresholds.map(
      ({ name, limit, value, met }) => `${met ? 'met' : 'CROSSED'}: ${name} ${round(value)}, which is to be ${limit}`,
    ),
    '',
  ].join('\n');
}

function row({ name, count, failed, errors = {}, latencyMs }: RequestFigures): string[] {
  const { p50, p95, p99, max } = latencyMs;
  const told = Object.keys(errors).map((status) => `${status}: ${errors[status]}`);
  return [name, String(count), String(failed), ...[p50, p95, p99, max].map((ms) => ms.toFixed(1)), told.join(', ')];
}

function table(rows: readonly string[][]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((cells) => (cells[column] as string).length)));
  const last = HEADINGS.length - 1;
  return rows.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 || column === last
          ? cell.padEnd(widths[column] as number)
          : cell.padStart(widths[column] as number),
      )
      .join('  ')
      .trimEnd(),
  );
}

const round = (value: number) => String(Math.round(value * 10000) / 10000);
