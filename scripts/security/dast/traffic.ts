import type { Verdict } from '../../checks/check.js';
import type { ScanRequest } from './scan-requests.js';
import type { Target } from '../../checks/target.js';

/** Requests answered so far, by `METHOD route status`, from the text of `/metrics`. */
export type Traffic = Map<string, number>;

const NAME = 'http_requests_total{';
const LABEL = /(?<!\w)(\w+)="([^"]*)"/g;

export function parseTraffic(metrics: string): Traffic {
  const traffic: Traffic = new Map();
  for (const line of metrics.split('\n').filter((one) => one.startsWith(NAME))) {
    const [labels = '', count] = line.slice(NAME.length).split('} ');
    const { method, route, status } = Object.fromEntries(
      [...labels.matchAll(LABEL)].map(([, name, value]) => [name, value]),
    );
    traffic.set(`${method} ${route} ${status}`, Number(count));
  }
  return traffic;
}

export async function readTraffic({ url, headers }: Pick<Target, 'url' | 'headers'>): Promise<Traffic> {
  const answer = await fetch(`${url}/metrics`, { headers });
  if (!answer.ok) throw new Error(`The service's metrics cannot be read: ${answer.status}.`);
  return parseTraffic(await answer.text());
}

/** How many requests an endpoint answered from one time to another. */
export function requestsBetween(before: Traffic, after: Traffic, method: string, route: string): number {
  const sum = (traffic: Traffic) =>
    [...traffic].reduce((all, [key, count]) => (key.startsWith(`${method} ${route} `) ? all + count : all), 0);
  return sum(after) - sum(before);
}

/** Those that saw fewer requests than that: whoever says that nothing was found there did not look. */
export function untriedRoutes(
  requests: readonly ScanRequest[],
  before: Traffic,
  after: Traffic,
  least: number,
): string[] {
  const routes = new Map(requests.map(({ method, route }) => [`${method} ${route}`, { method, route }]));
  return [...routes]
    .filter(([, { method, route }]) => requestsBetween(before, after, method, route) < least)
    .map(([name]) => name);
}

/** Whatever anybody sends, the fault is theirs: an answer of 500 is ours. (503 says that there is too much to do.) */
export function faultsVerdict(traffic: Traffic): Verdict {
  const faults = [...traffic].filter(([key]) => / 5\d\d$/.test(key) && !key.endsWith(' 503'));
  const total = [...traffic.values()].reduce((sum, count) => sum + count, 0);
  return {
    outcome: faults.length > 0 ? 'failed' : 'passed',
    summary: `${total} requests answered, ${faults.reduce((sum, [, count]) => sum + count, 0)} of them with 500`,
    details: faults.map(([key, count]) => `${count} times: ${key}`),
  };
}
