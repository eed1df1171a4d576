import { Latencies } from '../client/latencies.ts';

/** What of k6's state the scripts can see or leave something in. */
export const state = { scenario: '', group: '', iteration: 0 };

interface Sample {
  metric: string;
  value: number;
  tags: Record<string, string>;
}

interface CheckCount {
  group: string;
  name: string;
  passes: number;
  fails: number;
}

const samples: Sample[] = [];
const checks: CheckCount[] = [];

/** Tagged as k6 tags: with the group `::setup` or `::teardown`, or else with the scenario. */
export function addSample(metric: string, value: number, tags: Record<string, string> = {}): void {
  const { scenario, group } = state;
  samples.push({ metric, value, tags: { ...(group ? { group: `::${group}` } : { scenario }), ...tags } });
}

export function addCheck(name: string, passed: boolean): void {
  addSample('checks', passed ? 1 : 0);
  const { group } = state;
  let count = checks.find((one) => one.group === group && one.name === name);
  if (!count) checks.push((count = { group, name, passes: 0, fails: 0 }));
  count[passed ? 'passes' : 'fails']++;
}

type Values = Record<string, number>;

/** `metric` or `metric{tag:value}`, as in the keys of thresholds; nothing where there is no sample. */
export function valuesOf(key: string): Values | undefined {
  const [, metric, tag, value] = /^(\w+)(?:\{(\w+):(.+)\})?$/.exec(key) ?? [];
  if (metric === undefined) throw new Error(`${key} names no metric.`);
  const found = samples.filter((one) => one.metric === metric && (tag === undefined || one.tags[tag] === value));
  if (found.length === 0) return undefined;
  return metric === 'http_req_duration' ? trend(found) : rate(found);
}

function rate(found: Sample[]): Values {
  const passes = found.filter(({ value }) => value !== 0).length;
  return { rate: passes / found.length, passes, fails: found.length - passes };
}

function trend(found: Sample[]): Values {
  const latencies = new Latencies();
  for (const { value } of found) latencies.add(value);
  const { p50, p95, p99, max } = latencies.percentiles();
  return { med: p50, 'p(95)': p95, 'p(99)': p99, max, count: found.length };
}

/** As `handleSummary` gets it: https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/ */
export function summaryOf(keys: readonly string[], milliseconds: number): object {
  const group = (name: string) => ({ name, groups: [], checks: checks.filter((one) => one.group === name) });
  const values = keys.map((key) => [key, { values: valuesOf(key) ?? {} }]);
  return {
    metrics: Object.fromEntries(values),
    root_group: { ...group(''), groups: [group('setup'), group('teardown')] },
    state: { testRunDurationMs: milliseconds },
  };
}
