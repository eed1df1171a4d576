/** What stands for a dashboard's variables and for Grafana's own. */
export interface Values {
  job: string;
  instances: readonly string[];
  kinds: readonly string[];
  /** Between two points of a graph, in seconds. */
  intervalSeconds: number;
  scrapeSeconds: number;
  rangeSeconds: number;
}

/**
 * As Grafana does it for Prometheus: several values become an alternative, escaped for a regular expression within a string.
 * https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
 */
export function substitute(expression: string, values: Values): string {
  const { job, instances, kinds, intervalSeconds, scrapeSeconds, rangeSeconds } = values;
  const rateSeconds = Math.max(intervalSeconds + scrapeSeconds, 4 * scrapeSeconds);
  const known: Record<string, string> = {
    job,
    instance: alternative(instances),
    kind: alternative(kinds),
    window: '1h',
    __rate_interval: `${rateSeconds}s`,
    __interval: `${intervalSeconds}s`,
    __range: `${rangeSeconds}s`,
  };
  return expression.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
    const value = known[braced ?? plain ?? ''];
    if (value === undefined) throw new Error(`${whole} in ${expression} is no variable of a dashboard.`);
    return value;
  });
}

function alternative(values: readonly string[]): string {
  const escaped = values.map((value) => value.replace(/[\\^$*+?.()|[\]{}]/g, '\\\\$&'));
  return escaped.length === 1 ? String(escaped[0]) : `(${escaped.join('|')})`;
}
