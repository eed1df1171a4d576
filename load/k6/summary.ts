import {
  makeReport,
  reportText,
  type CheckFigures,
  type Figures,
  type RequestFigures,
  type RunFacts,
} from '../scenarios/definition/report.ts';
import { LEFT_OUT } from './play.ts';

/** So much of the summary as is read here: https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/ */
export interface K6Summary {
  metrics: Record<string, { values: Record<string, number> }>;
  root_group: K6Group;
  state: { testRunDurationMs: number };
}

interface K6Group {
  groups: K6Group[];
  checks: K6Check[];
}

interface K6Check {
  name: string;
  passes: number;
  fails: number;
}

/** The statistics that the report needs of each trend. */
export const TREND_STATISTICS = ['med', 'p(95)', 'p(99)', 'max', 'count'];

/** k6 tells the figures of one tag only where a threshold names it; this one is always met. */
export const namedThresholds = (names: readonly string[]): Record<string, string[]> =>
  Object.fromEntries(
    names.flatMap((name) => [
      [`http_req_duration{name:${name}}`, ['max>=0']],
      [`http_req_failed{name:${name}}`, ['rate>=0']],
    ]),
  );

/**
 * What `handleSummary` answers: the table for the terminal and, where RESULTS names a folder that is there, the same
 * report as the Node runner writes.
 */
export function summaryOutputs(
  summary: K6Summary,
  facts: Omit<RunFacts, 'runner' | 'seconds' | 'leftOut'>,
  names: readonly string[],
  results: string | undefined,
): Record<string, string> {
  const seconds = summary.state.testRunDurationMs / 1000;
  const leftOut = allChecks(summary.root_group)
    .filter(isLeftOut)
    .map(({ name }) => name.slice(LEFT_OUT.length));
  const figures = figuresOf(summary, facts.scenario, names);
  const report = makeReport({ ...facts, runner: 'k6', seconds, leftOut }, figures);
  const file = results && `${results}/${facts.scenario}-k6.json`;
  return { stdout: `\n${reportText(report)}`, ...(file && { [file]: `${JSON.stringify(report, null, 2)}\n` }) };
}

function figuresOf(summary: K6Summary, scenario: string, names: readonly string[]): Figures {
  const requests = names
    .map((name) => requestFigures(summary, name, `{name:${name}}`))
    .filter(({ count }) => count > 0);
  return {
    requests,
    total: withDropped(summary, requestFigures(summary, 'all', `{scenario:${scenario}}`)),
    checks: checkFigures(summary.root_group.checks),
    // `setup` and `teardown` are groups of their own.
    around: checkFigures(summary.root_group.groups.flatMap(allChecks)),
  };
}

function checkFigures(all: readonly K6Check[]): CheckFigures {
  const checks = all.filter((one) => !isLeftOut(one));
  const sum = (field: 'passes' | 'fails') => checks.reduce((total, one) => total + one[field], 0);
  const failures = checks.filter(({ fails }) => fails > 0).map(({ name }) => name);
  return { passed: sum('passes'), failed: sum('fails'), failures };
}

/** In `http_req_failed`, `passes` counts the requests that failed. */
function requestFigures({ metrics }: K6Summary, name: string, tag: string): RequestFigures {
  const latency = metrics[`http_req_duration${tag}`]?.values ?? {};
  const failed = metrics[`http_req_failed${tag}`]?.values ?? {};
  const { passes = 0, fails = 0 } = failed;
  const { med = 0, max = 0 } = latency;
  const latencyMs = { p50: med, p95: latency['p(95)'] ?? 0, p99: latency['p(99)'] ?? 0, max };
  return { name, count: passes + fails, failed: passes, latencyMs };
}

/** What was due and found no user to send it has failed as well. */
function withDropped({ metrics }: K6Summary, total: RequestFigures): RequestFigures {
  const dropped = metrics.dropped_iterations?.values.count ?? 0;
  return { ...total, count: total.count + dropped, failed: total.failed + dropped };
}

const allChecks = (group: K6Group): K6Check[] => [...group.checks, ...group.groups.flatMap(allChecks)];

const isLeftOut = ({ name }: K6Check) => name.startsWith(LEFT_OUT);
