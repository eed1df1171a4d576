import { dashboard, job, instance } from './dashboard.js';
import { stat, table, timeseries } from './panel.js';
import { ANSWERED, CHOSEN, quantile, rate, sum } from './promql.js';
import { influxRows, influxSeries, range } from './query.js';
import { colors } from './thresholds.js';

/*
 * k6 writes each sample as a point: the metric is the measurement, the value the field `value`, its tags are tags; `vu`, `iter`
 * and `url` are fields. Times are in milliseconds, rates such as http_req_failed 0 or 1.
 * https://github.com/grafana/k6/blob/master/internal/output/influxdb/output.go
 */
const shown = '$timeFilter';

/** The thresholds of the load test: fewer than 1 % errors, p95 below 2 s. */
const ERROR_LIMITS = { badFrom: 0.01 };
const LATENCY_LIMITS = { badFrom: 2000 };

const one = (select: string, measurement: string) => `SELECT ${select} FROM "${measurement}" WHERE ${shown}`;

/** A point for each interval; those without samples stay away unless there is something to fill with. */
const over = (select: string, measurement: string, { by = '', fill = 'none' } = {}) =>
  `SELECT ${select} FROM "${measurement}" WHERE ${shown} GROUP BY time($__interval)${by && `, "${by}"`} fill(${fill})`;

/** Samples count, so their sum over an interval becomes a figure per second. */
const PER_SECOND = 'sum("value") * 1000 / $__interval_ms';

const glance = [
  stat({
    title: 'Requests',
    description: 'Requests that k6 sent in the time shown.',
    unit: 'short',
    queries: [influxSeries(one('sum("value")', 'http_reqs'), 'requests')],
    width: 4,
    plain: true,
  }),
  stat({
    title: 'Errors',
    description: 'The share of requests that failed. The threshold is 1 %: above it the test fails.',
    unit: 'percentunit',
    queries: [influxSeries(one('mean("value")', 'http_req_failed'), 'errors')],
    width: 4,
    plain: true,
    limits: ERROR_LIMITS,
  }),
  stat({
    title: 'Latency, p95',
    description: '95 of 100 requests were answered within this time. The threshold is 2 s.',
    unit: 'ms',
    queries: [influxSeries(one('percentile("value", 95)', 'http_req_duration'), 'p95')],
    width: 4,
    plain: true,
    limits: LATENCY_LIMITS,
  }),
  stat({
    title: 'Checks passed',
    description:
      'The share of checks of answers that passed. Below 100 % an answer was wrong, not only slow: look at which below.',
    unit: 'percentunit',
    queries: [influxSeries(one('mean("value")', 'checks'), 'checks')],
    width: 4,
    plain: true,
    limits: { warnBelow: 1, badBelow: 0.99 },
  }),
  stat({
    title: 'Users at most',
    description: 'The most virtual users at work at once.',
    unit: 'short',
    queries: [influxSeries(one('max("value")', 'vus'), 'users')],
    width: 4,
    plain: true,
  }),
  stat({
    title: 'Iterations not begun',
    description:
      'Iterations that were due and for which no virtual user was free: the service, or k6, was too slow for the rate asked for. Anything above 0 makes the other figures look better than they are.',
    unit: 'short',
    queries: [influxSeries(one('sum("value")', 'dropped_iterations'), 'not begun')],
    width: 4,
    plain: true,
    whenEmpty: '0',
    limits: { badFrom: 1 },
  }),
];

const client = [
  timeseries({
    title: 'Requests',
    description: 'Requests per second that k6 sent, by what the scenario calls them.',
    unit: 'reqps',
    queries: [influxSeries(over(PER_SECOND, 'http_reqs', { by: 'name' }), '$tag_name')],
    width: 12,
    stacked: true,
  }),
  timeseries({
    title: 'Latency',
    description:
      'What k6 measured, from the first byte sent to the last byte received. The line is the threshold for the p95.',
    unit: 'ms',
    queries: [50, 95, 99].map((p) => influxSeries(over(`percentile("value", ${p})`, 'http_req_duration'), `p${p}`)),
    width: 12,
    limits: LATENCY_LIMITS,
  }),
  timeseries({
    title: 'Answers by status',
    description:
      'Answers per second by status. 0 is no answer at all: refused connections and timeouts. 429 means that the rate limits were not lifted for the test.',
    unit: 'reqps',
    queries: [influxSeries(over(PER_SECOND, 'http_reqs', { by: 'status' }), '$tag_status')],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Errors',
    description: 'The share of requests that failed. The line is the threshold.',
    unit: 'percentunit',
    queries: [influxSeries(over('mean("value")', 'http_req_failed'), 'errors')],
    width: 8,
    limits: ERROR_LIMITS,
  }),
  timeseries({
    title: 'Users and iterations',
    description:
      'Virtual users at work, and iterations ended per second. Users that rise while iterations do not: each takes longer.',
    unit: 'short',
    queries: [
      influxSeries(over('max("value")', 'vus'), 'users'),
      influxSeries(over(PER_SECOND, 'iterations'), 'iterations per second'),
    ],
    width: 8,
  }),
  timeseries({
    title: 'Where the time goes',
    description:
      'The mean of each part of a request, one on the other. `waiting` is the service; `connecting` and `tls` are connections not kept open, `blocked` a k6 that is short of connections.',
    unit: 'ms',
    queries: ['blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'].map((part) =>
      influxSeries(over('mean("value")', `http_req_${part}`), part.replace('_handshaking', '')),
    ),
    width: 12,
    stacked: true,
    colored: { waiting: colors.other },
  }),
  timeseries({
    title: 'Bytes',
    description: 'Bytes per second that k6 sent and received.',
    unit: 'binBps',
    queries: [
      influxSeries(over(PER_SECOND, 'data_sent'), 'sent'),
      influxSeries(over(PER_SECOND, 'data_received'), 'received'),
    ],
    width: 12,
  }),
  table({
    title: 'Requests by name',
    description:
      'How many of each request, and how long they took, over the whole time shown. The slowest by p95 come first.',
    unit: 'ms',
    queries: [
      influxRows(
        'SELECT count("value") AS "count", percentile("value", 50) AS "p50", percentile("value", 95) AS "p95", ' +
          `percentile("value", 99) AS "p99", max("value") AS "max" FROM "http_req_duration" WHERE ${shown} GROUP BY "name"`,
      ),
    ],
    width: 14,
    columns: [
      { field: 'name', title: 'Request' },
      { field: 'count', title: 'Count', unit: 'short' },
      { field: 'p50', title: 'p50' },
      { field: 'p95', title: 'p95', limits: LATENCY_LIMITS },
      { field: 'p99', title: 'p99' },
      { field: 'max', title: 'Longest' },
    ],
    sortBy: 'p95',
  }),
  table({
    title: 'Checks',
    description:
      'The share of each check that passed, the worst last. One below 100 % names what was wrong with an answer.',
    unit: 'percentunit',
    queries: [
      influxRows(
        `SELECT count("value") AS "count", mean("value") AS "passed" FROM "checks" WHERE ${shown} GROUP BY "check"`,
      ),
    ],
    width: 10,
    columns: [
      { field: 'check', title: 'Check' },
      { field: 'count', title: 'Count', unit: 'short' },
      { field: 'passed', title: 'Passed', limits: { badBelow: 1 } },
    ],
    sortBy: 'Passed',
  }),
];

const underLoad = [
  timeseries({
    title: 'Latency, as Pitwall sees it',
    description:
      'Latency from the arrival at Pitwall. Where k6 sees much more, the time is lost on the way: proxy, TLS, network, or k6 itself.',
    unit: 's',
    queries: [0.5, 0.95, 0.99].map((q) =>
      range(quantile(q, 'http_request_duration_seconds', { labels: ANSWERED }), `p${q * 100}`),
    ),
    width: 6,
  }),
  timeseries({
    title: 'CPU',
    description: 'How much of one core each process uses. Near 100 % this is where the rate ends.',
    unit: 'percentunit',
    queries: [range(rate('process_cpu_seconds_total'), '{{instance}}')],
    width: 6,
    limits: { warnFrom: 0.8, badFrom: 1 },
  }),
  timeseries({
    title: 'Waiting for a database connection',
    description: 'Requests that found all database connections at work.',
    unit: 'short',
    queries: [range(`sum by (instance) (pitwall_database_waiting_requests{${CHOSEN}})`, '{{instance}}')],
    width: 6,
    runbook: 'resources.md#databaseconnectionssaturated',
  }),
  timeseries({
    title: 'Events accepted and projected',
    description: 'A projector that falls behind under load catches up after it; watch how long it takes.',
    unit: 'eps',
    queries: [
      range(sum(rate('pitwall_events_appended_total', `${CHOSEN}, outcome="accepted"`)), 'accepted'),
      range(sum(rate('pitwall_projector_events_total')), 'dealt with'),
    ],
    width: 6,
    runbook: 'intake.md#projectorlag',
  }),
];

export const loadTest = dashboard({
  uid: 'pitwall-load-test',
  title: 'Pitwall: load test',
  description:
    'A run of k6 as k6 sees it, and below it Pitwall at the same time. Needs the profile `load` of Compose, which has InfluxDB.',
  from: 'now-15m',
  refresh: '5s',
  variables: [job, instance],
  rows: [
    { title: 'Thresholds', panels: glance },
    { title: 'As k6 sees it', panels: client },
    { title: 'Pitwall at the same time', panels: underLoad },
  ],
});
