import { heatmap, table, timeseries } from './panel.js';
import { ANSWERED, increase, orZero, quantile, rate, REQUESTED, sum } from './promql.js';
import { buckets, range, rows } from './query.js';

const REQUESTS = 'http_requests_total';
const DURATION = 'http_request_duration_seconds';
const FAULTS = `${REQUESTED}, status=~"5.."`;
const BY_ROUTE = ['method', 'route'];
const HIGHEST = 8;

/** The objectives of the service, and where alerts begin: monitoring/prometheus/rules. */
const FAULT_LIMITS = { warnFrom: 0.001, badFrom: 0.01 };
const LATENCY_LIMITS = { warnFrom: 0.2, badFrom: 2 };

const highest = (expression: string) => `topk(${HIGHEST}, ${expression})`;

/** Rate, faults and latency, over all and by route. */
export const requests = [
  timeseries({
    title: 'Requests by status',
    description:
      'Requests per second by their status. 4xx are the callers’ faults, 429 those over their rate limit; 5xx are Pitwall’s.',
    unit: 'reqps',
    queries: [range(sum(rate(REQUESTS, REQUESTED), 'status'), '{{status}}')],
    width: 12,
    stacked: true,
  }),
  timeseries({
    title: `Requests by route, the ${HIGHEST} busiest`,
    description:
      'Requests per second by the template of their route. `unmatched` are requests for what does not exist.',
    unit: 'reqps',
    queries: [range(highest(sum(rate(REQUESTS, REQUESTED), ...BY_ROUTE)), '{{method}} {{route}}')],
    width: 12,
  }),
  timeseries({
    title: 'Latency',
    description:
      'From the arrival of a request to the end of its answer, event streams aside. The lines are the objective (200 ms) and the alert (2 s). If all routes rise together, look at saturation; if one does, at its queries.',
    unit: 's',
    queries: [0.5, 0.95, 0.99].map((q) => range(quantile(q, DURATION, { labels: ANSWERED }), `p${q * 100}`)),
    width: 12,
    limits: LATENCY_LIMITS,
    runbook: 'service.md#latencyhigh',
  }),
  heatmap({
    title: 'Latency, spread',
    description:
      'How many requests took how long. Two bands are two kinds of requests (or a cache that hits and misses), which a quantile would hide.',
    unit: 's',
    queries: [buckets(sum(increase(`${DURATION}_bucket`, ANSWERED, '$__rate_interval'), 'le'))],
    width: 12,
  }),
  timeseries({
    title: `Latency by route, p95, the ${HIGHEST} slowest`,
    description: 'The slowest routes. A single one that rises is a query that grew: look at its plan.',
    unit: 's',
    queries: [range(highest(quantile(0.95, DURATION, { labels: ANSWERED, by: BY_ROUTE })), '{{method}} {{route}}')],
    width: 12,
    runbook: 'service.md#latencyhigh',
  }),
  timeseries({
    title: `Faults by route, the ${HIGHEST} worst`,
    description:
      'Answers with 5xx per second. 0 is the healthy state. 503 from all routes at once is a database that is away or a start or stop.',
    unit: 'reqps',
    queries: [range(orZero(highest(sum(rate(REQUESTS, FAULTS), ...BY_ROUTE)), 'route'), '{{method}} {{route}}')],
    width: 12,
    runbook: 'service.md#httperrorshigh',
  }),
  table({
    title: 'Routes',
    description:
      'Rate, faults and latency of each route over the whole time shown. Sort by a column to find what costs most.',
    unit: 'short',
    queries: [
      rows(`${sum(rate(REQUESTS, REQUESTED, '$__range'), ...BY_ROUTE)} > 0`),
      // Routes without a fault have no such series, and belong here with 0.
      rows(
        `(${sum(rate(REQUESTS, FAULTS, '$__range'), ...BY_ROUTE)} or 0 * ${sum(rate(REQUESTS, REQUESTED, '$__range'), ...BY_ROUTE)})` +
          ` / (${sum(rate(REQUESTS, REQUESTED, '$__range'), ...BY_ROUTE)} > 0)`,
      ),
      ...[0.5, 0.95, 0.99].map((q) =>
        rows(quantile(q, DURATION, { labels: ANSWERED, window: '$__range', by: BY_ROUTE })),
      ),
    ],
    width: 24,
    height: 10,
    columns: [
      { field: 'method', title: 'Method' },
      { field: 'route', title: 'Route' },
      { field: 'Value #A', title: 'Requests', unit: 'reqps' },
      { field: 'Value #B', title: 'Faults', unit: 'percentunit', limits: FAULT_LIMITS },
      { field: 'Value #C', title: 'p50', unit: 's', limits: LATENCY_LIMITS },
      { field: 'Value #D', title: 'p95', unit: 's', limits: LATENCY_LIMITS },
      { field: 'Value #E', title: 'p99', unit: 's', limits: LATENCY_LIMITS },
    ],
    sortBy: 'Requests',
  }),
];
