import { dashboard } from './dashboard.js';
import { heatmap, stat, states, table, timeseries } from './panel.js';
import { ANSWERS, CHOSEN, increase, orZero, quantile, rate, share, sum } from './promql.js';
import { buckets, instant, range, rows } from './query.js';
import { colors } from './thresholds.js';

const REQUESTS = 'http_requests_total';
const DURATION = 'http_request_duration_seconds';
const FAULTS = `${CHOSEN}, status=~"5.."`;
const BY_ROUTE = ['method', 'route'];
const HIGHEST = 8;

/** The objectives of the service (docs/runbooks, the SLO dashboard): 99.9 % without a fault, 200 ms; alerts from 2 s. */
const FAULT_LIMITS = { warnFrom: 0.001, badFrom: 0.01 };
const LATENCY_LIMITS = { warnFrom: 0.2, badFrom: 2 };

const UP_OR_NOT = { 1: { text: 'well', color: colors.good }, 0: { text: 'not well', color: colors.bad } };

const highest = (expression: string) => `topk(${HIGHEST}, ${expression})`;
const faultShare = share(sum(rate(REQUESTS, FAULTS)), sum(rate(REQUESTS)));

const glance = [
  stat({
    title: 'Processes up',
    description:
      'How many of the chosen processes Prometheus reaches. Fewer than were deployed: look at those that are missing first.',
    unit: 'none',
    queries: [instant(`sum(up{${CHOSEN}})`)],
    width: 3,
    plain: true,
    limits: { badBelow: 1 },
    runbook: 'availability.md',
  }),
  stat({
    title: 'Requests',
    description: 'All requests per second, probes included. A sudden fall to nothing is as telling as a peak.',
    unit: 'reqps',
    queries: [range(sum(rate(REQUESTS)), 'requests')],
    width: 3,
  }),
  stat({
    title: 'Faults',
    description:
      'The share of requests that Pitwall could not answer (5xx). The objective allows 0.1 % over 30 days. Find the route below, then its error in the log by the request id.',
    unit: 'percentunit',
    queries: [range(`${faultShare} or vector(0)`, 'faults')],
    width: 3,
    limits: FAULT_LIMITS,
    runbook: 'availability.md',
  }),
  stat({
    title: 'Latency, p95',
    description:
      '95 of 100 requests were answered within this time, event streams aside. The objective is 200 ms; alerts come from 2 s.',
    unit: 's',
    queries: [range(quantile(0.95, DURATION, { labels: ANSWERS }), 'p95')],
    width: 3,
    limits: LATENCY_LIMITS,
    runbook: 'latency.md',
  }),
  stat({
    title: 'Health',
    description:
      'The share of health checks that pass, over all processes. Which one does not is in the timeline at the end of this page.',
    unit: 'percentunit',
    queries: [range(`avg(pitwall_health_check_up{${CHOSEN}})`, 'health')],
    width: 3,
    limits: { badBelow: 0.9, warnBelow: 1 },
    runbook: 'health.md',
  }),
  stat({
    title: 'Redis',
    description:
      'Whether every process reaches Redis. Without it Pitwall goes on with a cache per process and laxer rate limits.',
    unit: 'none',
    queries: [instant(`min(pitwall_redis_up{${CHOSEN}})`)],
    width: 3,
    plain: true,
    names: { 1: { text: 'up', color: colors.good }, 0: { text: 'away', color: colors.warning } },
    runbook: 'redis.md',
  }),
  stat({
    title: 'Since the last start',
    description:
      'How long the youngest process runs. Short without a deployment means that one crashed: look at the end of its log.',
    unit: 'dtdurations',
    queries: [instant(`time() - max(process_start_time_seconds{${CHOSEN}})`)],
    width: 3,
    plain: true,
  }),
  stat({
    title: 'Version',
    description: 'What runs. Two versions at once are normal only during a deployment.',
    unit: 'none',
    queries: [instant(`count by (version, node) (pitwall_build_info{${CHOSEN}})`, '{{version}} on Node {{node}}')],
    width: 3,
    showsName: true,
  }),
];

const requests = [
  timeseries({
    title: 'Requests by status',
    description:
      'Requests per second by their status. 4xx are the callers’ faults, 429 those over their rate limit; 5xx are Pitwall’s.',
    unit: 'reqps',
    queries: [range(sum(rate(REQUESTS), 'status'), '{{status}}')],
    width: 12,
    stacked: true,
  }),
  timeseries({
    title: `Requests by route, the ${HIGHEST} busiest`,
    description:
      'Requests per second by the template of their route. `unmatched` are requests for what does not exist.',
    unit: 'reqps',
    queries: [range(highest(sum(rate(REQUESTS), ...BY_ROUTE)), '{{method}} {{route}}')],
    width: 12,
  }),
  timeseries({
    title: 'Latency',
    description:
      'From the arrival of a request to the end of its answer, event streams aside. The lines are the objective (200 ms) and the alert (2 s). If all routes rise together, look at saturation; if one does, at its queries.',
    unit: 's',
    queries: [0.5, 0.95, 0.99].map((q) => range(quantile(q, DURATION, { labels: ANSWERS }), `p${q * 100}`)),
    width: 12,
    limits: LATENCY_LIMITS,
    runbook: 'latency.md',
  }),
  heatmap({
    title: 'Latency, spread',
    description:
      'How many requests took how long. Two bands are two kinds of requests (or a cache that hits and misses), which a quantile would hide.',
    unit: 's',
    queries: [buckets(sum(increase(`${DURATION}_bucket`, ANSWERS, '$__rate_interval'), 'le'))],
    width: 12,
  }),
  timeseries({
    title: `Latency by route, p95, the ${HIGHEST} slowest`,
    description: 'The slowest routes. A single one that rises is a query that grew: look at its plan.',
    unit: 's',
    queries: [range(highest(quantile(0.95, DURATION, { labels: ANSWERS, by: BY_ROUTE })), '{{method}} {{route}}')],
    width: 12,
    runbook: 'latency.md',
  }),
  timeseries({
    title: `Faults by route, the ${HIGHEST} worst`,
    description:
      'Answers with 5xx per second. 0 is the healthy state. 503 from all routes at once is a database that is away or a start or stop.',
    unit: 'reqps',
    queries: [range(orZero(highest(sum(rate(REQUESTS, FAULTS), ...BY_ROUTE)), 'route'), '{{method}} {{route}}')],
    width: 12,
    runbook: 'availability.md',
  }),
  table({
    title: 'Routes',
    description:
      'Rate, faults and latency of each route over the whole time shown. Sort by a column to find what costs most.',
    unit: 'short',
    queries: [
      rows(`${sum(rate(REQUESTS, CHOSEN, '$__range'), ...BY_ROUTE)} > 0`),
      // Routes without a fault have no such series, and belong here with 0.
      rows(
        `(${sum(rate(REQUESTS, FAULTS, '$__range'), ...BY_ROUTE)} or 0 * ${sum(rate(REQUESTS, CHOSEN, '$__range'), ...BY_ROUTE)})` +
          ` / (${sum(rate(REQUESTS, CHOSEN, '$__range'), ...BY_ROUTE)} > 0)`,
      ),
      ...[0.5, 0.95, 0.99].map((q) => rows(quantile(q, DURATION, { window: '$__range', by: BY_ROUTE }))),
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

const saturation = [
  timeseries({
    title: 'In flight',
    description:
      'Requests that have arrived and are not answered, event streams included. Rising while the rate does not: answers are held up.',
    unit: 'short',
    queries: [range(`sum by (instance) (http_requests_in_flight{${CHOSEN}})`, '{{instance}}')],
    width: 8,
  }),
  timeseries({
    title: 'CPU',
    description:
      'How much of one core each process uses. JavaScript has one thread: near 100 %, everything waits. Above 100 % is work of other threads (hashing of passwords, compression).',
    unit: 'percentunit',
    queries: [range(rate('process_cpu_seconds_total'), '{{instance}}')],
    width: 8,
    limits: { warnFrom: 0.8, badFrom: 1 },
    runbook: 'saturation.md',
  }),
  timeseries({
    title: 'Event loop lag, p99',
    description:
      'How late the event loop came to what was due. Every request waits at least so long. High with a low CPU: something blocks, such as a huge payload that is parsed.',
    unit: 's',
    queries: [range(`nodejs_eventloop_lag_p99_seconds{${CHOSEN}}`, '{{instance}}')],
    width: 8,
    limits: { warnFrom: 0.1, badFrom: 0.5 },
    runbook: 'saturation.md',
  }),
  timeseries({
    title: 'Memory',
    description:
      'What the operating system gave each process, and how much of it live objects take. Heap that rises over days and does not come back is a leak.',
    unit: 'bytes',
    queries: [
      range(`process_resident_memory_bytes{${CHOSEN}}`, '{{instance}} resident'),
      range(`nodejs_heap_size_used_bytes{${CHOSEN}}`, '{{instance}} heap'),
    ],
    width: 8,
    runbook: 'saturation.md',
  }),
  timeseries({
    title: 'Garbage collection',
    description:
      'The share of time spent collecting garbage. Major collections above a few per cent mean that the heap is short of room.',
    unit: 'percentunit',
    queries: [range(sum(rate('nodejs_gc_duration_seconds_sum'), 'kind'), '{{kind}}')],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Open files and sockets',
    description: 'The share of file descriptors in use. At 100 % no connection can be taken any more.',
    unit: 'percentunit',
    queries: [range(`process_open_fds{${CHOSEN}} / process_max_fds{${CHOSEN}}`, '{{instance}}')],
    width: 8,
    limits: { warnFrom: 0.7, badFrom: 0.9 },
  }),
  timeseries({
    title: 'Database connections',
    description:
      'Connections that are at work or at rest, and how many there may be. All at work for long: look for slow statements before the pool is made larger.',
    unit: 'short',
    queries: [
      range(`sum by (state) (pitwall_database_connections{${CHOSEN}})`, '{{state}}'),
      range(`sum(pitwall_database_pool_size{${CHOSEN}})`, 'limit'),
    ],
    width: 12,
    dashed: 'limit',
    runbook: 'database.md',
  }),
  timeseries({
    title: 'Waiting for a database connection',
    description: 'Requests that found all connections at work. More than a moment of this and latency follows.',
    unit: 'short',
    queries: [range(`sum by (instance) (pitwall_database_waiting_requests{${CHOSEN}})`, '{{instance}}')],
    width: 12,
    limits: { warnFrom: 1, badFrom: 10 },
    runbook: 'database.md',
  }),
];

const around = [
  timeseries({
    title: 'Cache hits',
    description:
      'The share of reads that a cache answered, in the process or from Redis. It falls after a start, and while many runs change.',
    unit: 'percentunit',
    queries: [
      range(
        `${sum(rate('pitwall_cache_reads_total', `${CHOSEN}, outcome=~"local|redis"`), 'cache')} / (${sum(rate('pitwall_cache_reads_total'), 'cache')} > 0)`,
        '{{cache}}',
      ),
    ],
    width: 8,
    max: 1,
    min: 0,
  }),
  timeseries({
    title: 'Cache reads',
    description: 'Where answers were found. `error` is a Redis that did not answer in time.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_cache_reads_total'), 'outcome'), '{{outcome}}')],
    width: 8,
    stacked: true,
    colored: { local: colors.good, redis: colors.other, miss: colors.warning, error: colors.bad },
    runbook: 'redis.md',
  }),
  timeseries({
    title: 'Refused callers',
    description:
      'Requests per second without a valid identity (401), without the right (403) or over their limit (429). A peak of 401 at sign-in is somebody who guesses: look at the audit log.',
    unit: 'reqps',
    queries: [range(orZero(sum(rate(REQUESTS, `${CHOSEN}, status=~"401|403|429"`), 'status'), 'status'), '{{status}}')],
    width: 8,
    colored: { 401: colors.warning, 403: 'purple', 429: colors.bad },
  }),
  timeseries({
    title: 'Rate limits without Redis',
    description:
      'Hits that a process counted alone because Redis did not answer. Meanwhile limits hold per process, not for all together.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_rate_limit_without_redis_total'), 'class'), '{{class}}')],
    width: 8,
    runbook: 'redis.md',
  }),
  timeseries({
    title: 'Live pages',
    description: 'Browsers that follow the live updates. All gone at once: the proxy cut the event streams.',
    unit: 'short',
    queries: [range(`sum by (instance) (pitwall_live_subscribers{${CHOSEN}})`, '{{instance}}')],
    width: 8,
  }),
  states({
    title: 'Health checks',
    description:
      'Each check of readiness over time, in the worst process. A process that is not ready gets no requests from the proxy.',
    unit: 'none',
    queries: [range(`min by (check) (pitwall_health_check_up{${CHOSEN}})`, '{{check}}')],
    width: 8,
    names: UP_OR_NOT,
    runbook: 'health.md',
  }),
];

export const service = dashboard({
  uid: 'pitwall-service',
  title: 'Pitwall: service',
  description: 'How well Pitwall answers, and what it is short of: rate, faults and latency by route, then saturation.',
  from: 'now-1h',
  refresh: '30s',
  rows: [
    { title: 'At a glance', panels: glance },
    { title: 'Requests', panels: requests },
    { title: 'Saturation', panels: saturation },
    { title: 'What it leans on, and who is let in', panels: around },
  ],
});
