const MINUTE = 60;
const WEEK = 7 * 24 * 60 * MINUTE;

/**
 * The past that a Prometheus of a minute cannot know, as OpenMetrics text: the counters of deliveries a week before, and the
 * events that SLOs were measured by in the last hours, from which the windows of days are added up.
 */
export function pastOf(nowSeconds: number): string {
  const weekBefore = series(nowSeconds - WEEK - 90 * MINUTE, nowSeconds - WEEK + 10 * MINUTE, MINUTE);
  const lastHours = series(nowSeconds - 3 * 60 * MINUTE, nowSeconds, MINUTE);
  return [
    '# TYPE pitwall_runs_finished counter',
    ...weekBefore('pitwall_runs_finished_total', 'outcome="succeeded"', (minute) => 9 * minute),
    ...weekBefore('pitwall_runs_finished_total', 'outcome="failed"', (minute) => minute),
    '# TYPE pitwall_deployments_finished counter',
    ...weekBefore(
      'pitwall_deployments_finished_total',
      'tier="production",outcome="succeeded"',
      (minute) => 4 * minute,
    ),
    ...weekBefore('pitwall_deployments_finished_total', 'tier="production",outcome="failed"', (minute) => minute),
    '# TYPE pitwall_run_duration_seconds histogram',
    ...weekBefore('pitwall_run_duration_seconds_bucket', 'le="60"', (minute) => 5 * minute),
    ...weekBefore('pitwall_run_duration_seconds_bucket', 'le="+Inf"', (minute) => 10 * minute),
    '# TYPE pitwall_job_queue_seconds histogram',
    ...weekBefore('pitwall_job_queue_seconds_bucket', 'le="30"', (minute) => 9 * minute),
    ...weekBefore('pitwall_job_queue_seconds_bucket', 'le="+Inf"', (minute) => 10 * minute),
    ...['availability', 'latency', 'success', 'freshness'].flatMap((slo) => [
      ...lastHours('slo:sli_total:increase5m', `slo="${slo}"`, () => 1000),
      ...lastHours('slo:sli_bad:increase5m', `slo="${slo}"`, () => 1),
    ]),
    '# EOF',
    '',
  ].join('\n');
}

function series(from: number, to: number, step: number) {
  const times = Array.from({ length: Math.floor((to - from) / step) }, (_, index) => from + index * step);
  return (name: string, labels: string, valueAt: (index: number) => number) => {
    const all = name.startsWith('slo:') ? labels : `job="pitwall",instance="history",kind="records",${labels}`;
    return times.map((time, index) => `${name}{${all}} ${valueAt(index)} ${Math.floor(time)}`);
  };
}
