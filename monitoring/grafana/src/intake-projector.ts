import { APPENDED, DELAY, DELAY_LIMITS, outcome, PROJECTED, QUANTILES } from './intake-figures.js';
import { heatmap, timeseries } from './panel.js';
import { CHOSEN, CHOSEN_KINDS, increase, quantile, rate, sum } from './promql.js';
import { buckets, range } from './query.js';
import { colors } from './thresholds.js';

/** From the log to what can be seen. */
export const projector = [
  timeseries({
    title: 'In and out',
    description:
      'Events accepted, and events the projector dealt with. Out below in for long: the backlog grows; add a worker, or find what makes batches slow.',
    unit: 'eps',
    queries: [
      range(sum(rate(APPENDED, outcome('accepted'))), 'accepted'),
      range(sum(rate(PROJECTED, CHOSEN_KINDS)), 'dealt with'),
    ],
    width: 8,
    runbook: 'intake.md#projectorlag',
  }),
  timeseries({
    title: 'Dealt with by kind',
    description: 'Events that the projector has dealt with, by kind of source, quarantined ones included.',
    unit: 'eps',
    queries: [range(sum(rate(PROJECTED, CHOSEN_KINDS), 'kind'), '{{kind}}')],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Time of a batch',
    description:
      'How long one batch took until it was committed. Rising with the size of tables: look at the plans of its statements.',
    unit: 's',
    queries: QUANTILES.map((q) => range(quantile(q, 'pitwall_projector_batch_seconds'), `p${q * 100}`)),
    width: 8,
    runbook: 'intake.md#projectorlag',
  }),
  timeseries({
    title: 'Lag',
    description:
      'The age of the oldest event that is not projected. The lines are where alerts begin: a minute, and five, from which on a process counts as not ready.',
    unit: 's',
    queries: [range(`max(pitwall_projector_lag_seconds{${CHOSEN}})`, 'lag')],
    width: 8,
    limits: DELAY_LIMITS,
    runbook: 'intake.md#projectorlag',
  }),
  timeseries({
    title: 'Pending',
    description:
      'Events in the log that are not projected. Every process counts the same queue, so this is the highest of them, not the sum.',
    unit: 'short',
    queries: [range(`max(pitwall_projector_pending_events{${CHOSEN}})`, 'pending')],
    width: 8,
    runbook: 'intake.md#projectorlag',
  }),
  timeseries({
    title: 'From arrival to projection',
    description: 'How long after its arrival an event could be seen in lists and pages.',
    unit: 's',
    queries: QUANTILES.map((q) => range(quantile(q, DELAY), `p${q * 100}`)),
    width: 8,
    limits: DELAY_LIMITS,
    runbook: 'intake.md#projectorlag',
  }),
  heatmap({
    title: 'From arrival to projection, spread',
    description: 'How many events waited how long. A bright line high up is a backlog that was worked off.',
    unit: 's',
    queries: [buckets(sum(increase(`${DELAY}_bucket`, CHOSEN, '$__rate_interval'), 'le'))],
    width: 24,
    height: 7,
  }),
];

/** What could not be read, what failed, and what the audit log says of it. */
export const faults = [
  timeseries({
    title: 'Quarantined by kind',
    description: 'Events that could not be read, per second. A new shape of payload from a provider shows here first.',
    unit: 'eps',
    queries: [range(sum(rate(PROJECTED, outcome('quarantined')), 'kind'), '{{kind}}')],
    width: 8,
    runbook: 'intake.md#quarantinegrowing',
  }),
  timeseries({
    title: 'Failed batches',
    description: 'Batches that failed as a whole, per second. Each is tried again after a pause.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_projector_failures_total'), 'instance'), '{{instance}}')],
    width: 8,
    runbook: 'intake.md#projectorfailing',
  }),
  timeseries({
    title: 'Spans that end before they begin',
    description:
      'Faults in the times of a source, by what they were found in. They are kept as they came and left out of durations.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_negative_spans_total'), 'subject'), '{{subject}}')],
    width: 8,
  }),
  timeseries({
    title: 'Audit log',
    description: 'Entries per second. Many denials: somebody tries what they may not. Look at who, in the audit log.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_audit_entries_total'), 'outcome'), '{{outcome}}')],
    width: 12,
    stacked: true,
    colored: { succeeded: colors.good, denied: colors.warning, failed: colors.bad },
  }),
  timeseries({
    title: 'Audit entries dropped',
    description:
      'Denials that were left out of the audit log because more came than it could take: somebody knocks very often. 0 is the healthy state.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_audit_dropped_total'), 'instance'), '{{instance}}')],
    width: 12,
    runbook: 'resources.md#auditentriesdropped',
  }),
];
