import { dashboard, job, instance } from './dashboard.js';
import { requests } from './service-requests.js';
import { dependencies, saturation } from './service-saturation.js';
import { stat } from './panel.js';
import { ANSWERED, CHOSEN, quantile, rate, REQUESTED, share, sum } from './promql.js';
import { instant, range } from './query.js';
import { colors } from './thresholds.js';

const REQUESTS = 'http_requests_total';
const FAULTS = `${REQUESTED}, status=~"5.."`;

const glance = [
  stat({
    title: 'Processes up',
    description:
      'How many of the chosen processes Prometheus reaches. Fewer than were deployed: look at those that are missing first.',
    unit: 'none',
    queries: [instant(`sum(up{${CHOSEN}})`)],
    width: 4,
    plain: true,
    limits: { badBelow: 1 },
    runbook: 'service.md#pitwalldown',
  }),
  stat({
    title: 'Requests',
    description: 'Requests per second, without probes and scrapes. A sudden fall to nothing is as telling as a peak.',
    unit: 'reqps',
    queries: [range(sum(rate(REQUESTS, REQUESTED)), 'requests')],
    width: 4,
  }),
  stat({
    title: 'Faults',
    description:
      'The share of requests that Pitwall could not answer (5xx). The objective allows 0.1 % over 30 days. Find the route below, then its error in the log by the request id.',
    unit: 'percentunit',
    queries: [range(`${share(sum(rate(REQUESTS, FAULTS)), sum(rate(REQUESTS, REQUESTED)))} or vector(0)`, 'faults')],
    width: 4,
    limits: { warnFrom: 0.001, badFrom: 0.01 },
    runbook: 'slo.md#errorbudgetburn',
  }),
  stat({
    title: 'Faults a minute',
    description: 'Answers with 5xx per minute. An alert comes from more than 5 on.',
    unit: 'reqpm',
    queries: [range(`(${sum(rate(REQUESTS, FAULTS))} or vector(0)) * 60`, 'faults')],
    width: 4,
    limits: { warnFrom: 1, badFrom: 5 },
    runbook: 'service.md#httperrorshigh',
  }),
  stat({
    title: 'Latency, p95',
    description:
      '95 of 100 requests were answered within this time, event streams aside. The objective is 200 ms; an alert comes from 2 s on.',
    unit: 's',
    queries: [range(quantile(0.95, 'http_request_duration_seconds', { labels: ANSWERED }), 'p95')],
    width: 4,
    limits: { warnFrom: 0.2, badFrom: 2 },
    runbook: 'service.md#latencyhigh',
  }),
  stat({
    title: 'Health',
    description:
      'The share of health checks that passed in the last 5 minutes, of all processes and of the probe from outside; Redis is left out, which Pitwall can do without. An alert comes below 90 %. Which check fails is in the timeline at the end of this page.',
    unit: 'percentunit',
    queries: [range('service:health:ratio_avg5m', 'health')],
    width: 4,
    limits: { badBelow: 0.9, warnBelow: 1 },
    runbook: 'service.md#healthlow',
  }),
  stat({
    title: 'Seen from outside',
    description: 'Whether Pitwall answers where its users call it, through TLS and the proxy.',
    unit: 'none',
    queries: [instant('min(probe_success{job="blackbox", module="ready"})')],
    width: 4,
    plain: true,
    names: { 1: { text: 'answers', color: colors.good }, 0: { text: 'does not answer', color: colors.bad } },
    runbook: 'service.md#pitwallunreachable',
  }),
  stat({
    title: 'Certificate',
    description: 'How long the certificate is valid that users see. Alerts come 21 and 7 days before its end.',
    unit: 'dtdurations',
    queries: [instant('min(probe_ssl_earliest_cert_expiry{job="blackbox", module="certificate"}) - time()')],
    width: 4,
    plain: true,
    limits: { badBelow: 7 * 86_400, warnBelow: 21 * 86_400 },
    runbook: 'certificates.md#certificateexpires',
  }),
  stat({
    title: 'Redis',
    description:
      'Whether every process reaches Redis. Without it Pitwall goes on with a cache and rate limits of each process alone.',
    unit: 'none',
    queries: [instant(`min(pitwall_redis_up{${CHOSEN}})`)],
    width: 4,
    plain: true,
    names: { 1: { text: 'up', color: colors.good }, 0: { text: 'away', color: colors.warning } },
    runbook: 'resources.md#redisaway',
  }),
  stat({
    title: 'Starts, 30 minutes',
    description: 'How often the process that was started most often was started again. More than 2: it crashes.',
    unit: 'none',
    queries: [instant(`max(changes(process_start_time_seconds{${CHOSEN}}[30m]))`)],
    width: 4,
    plain: true,
    limits: { warnFrom: 1, badFrom: 3 },
    runbook: 'service.md#pitwallrestarts',
  }),
  stat({
    title: 'Since the last start',
    description:
      'How long the youngest process runs. Short without a deployment means that one crashed: look at the end of its log.',
    unit: 'dtdurations',
    queries: [instant(`time() - max(process_start_time_seconds{${CHOSEN}})`)],
    width: 4,
    plain: true,
  }),
  stat({
    title: 'Version',
    description: 'What runs. Two versions at once are normal only during a deployment.',
    unit: 'none',
    queries: [instant(`count by (version, node) (pitwall_build_info{${CHOSEN}})`, '{{version}} on Node {{node}}')],
    width: 4,
    showsName: true,
  }),
];

export const service = dashboard({
  uid: 'pitwall-service',
  title: 'Pitwall: service',
  description: 'How well Pitwall answers, and what it is short of: rate, faults and latency by route, then saturation.',
  from: 'now-1h',
  refresh: '30s',
  variables: [job, instance],
  rows: [
    { title: 'At a glance', panels: glance },
    { title: 'Requests', panels: requests },
    { title: 'Saturation', panels: saturation },
    { title: 'What it leans on, and who is let in', panels: dependencies },
  ],
});
