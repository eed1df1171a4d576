import { dashboard, job, instance, kind } from './dashboard.js';
import { heatmap, stat, timeseries } from './panel.js';
import { CHOSEN, CHOSEN_KINDS, increase, quantile, rate, share, sum, WITHIN_A_MINUTE } from './promql.js';
import { buckets, instant, range } from './query.js';
import { colors } from './thresholds.js';

const APPENDED = 'pitwall_events_appended_total';
const PROJECTED = 'pitwall_projector_events_total';
const DELAY = 'pitwall_projection_delay_seconds';
const QUANTILES = [0.5, 0.95, 0.99];

const outcome = (name: string) => `${CHOSEN_KINDS}, outcome="${name}"`;

/** The freshness objective: projected within a minute; alerts at a minute and at five. */
const DELAY_LIMITS = { warnFrom: 60, badFrom: 300 };

const OUTCOME_COLORS = {
  accepted: colors.good,
  duplicate: colors.other,
  refused: colors.bad,
  projected: colors.good,
  quarantined: colors.bad,
};

const glance = [
  stat({
    title: 'Accepted',
    description: 'Events taken into the log per second: webhooks and records that were not there before.',
    unit: 'eps',
    queries: [range(sum(rate(APPENDED, outcome('accepted'))), 'accepted')],
    width: 3,
  }),
  stat({
    title: 'Duplicates',
    description:
      'The share of events that were known. Providers send again what was not acknowledged in time, so a high share says that acknowledging is slow.',
    unit: 'percentunit',
    queries: [
      range(
        `${share(sum(rate(APPENDED, outcome('duplicate'))), sum(rate(APPENDED, CHOSEN_KINDS)))} or vector(0)`,
        'duplicates',
      ),
    ],
    width: 3,
  }),
  stat({
    title: 'Refused',
    description:
      'Deliveries refused in the time shown: mostly a signature that does not fit the secret of its source. Look for the source in the audit log, and rotate its secret on both sides.',
    unit: 'short',
    queries: [instant(sum(increase(APPENDED, outcome('refused'))), 'refused')],
    width: 3,
    plain: true,
    decimals: 0,
    limits: { warnFrom: 1, badFrom: 100 },
    runbook: 'intake.md#deliveriesrefused',
  }),
  stat({
    title: 'Lag',
    description: 'The age of the oldest event that is not projected. 0 is normal; pages show the world of so long ago.',
    unit: 's',
    queries: [range(`max(pitwall_projector_lag_seconds{${CHOSEN}})`, 'lag')],
    width: 3,
    limits: DELAY_LIMITS,
    runbook: 'intake.md#projectorlag',
  }),
  stat({
    title: 'Pending',
    description:
      'Events in the log that are not projected. A peak that falls is a backlog being worked off; one that stays is a projector that stands still.',
    unit: 'short',
    queries: [range(`max(pitwall_projector_pending_events{${CHOSEN}})`, 'pending')],
    width: 3,
    runbook: 'intake.md#projectorlag',
  }),
  stat({
    title: 'Within a minute',
    description:
      'The share of events that were projected within 60 s of their arrival, in the time shown. The objective is 99.5 % over 30 days.',
    unit: 'percentunit',
    queries: [
      instant(
        share(sum(increase(`${DELAY}_bucket`, WITHIN_A_MINUTE)), sum(increase(`${DELAY}_count`))),
        'within a minute',
      ),
    ],
    width: 3,
    plain: true,
    limits: { badBelow: 0.995 },
    runbook: 'slo.md#errorbudgetburn',
  }),
  stat({
    title: 'Quarantined',
    description:
      'Events that could not be read in the time shown. They are kept with the reason (GET /api/v1/ingest/quarantine) and come back with `make replay` once the translator is mended.',
    unit: 'short',
    queries: [instant(sum(increase(PROJECTED, outcome('quarantined'))), 'quarantined')],
    width: 3,
    plain: true,
    decimals: 0,
    limits: { warnFrom: 1, badFrom: 10 },
    runbook: 'intake.md#quarantinegrowing',
  }),
  stat({
    title: 'Failed batches',
    description:
      'Batches of the projector that failed as a whole in the time shown, and are tried again. Repeated failures are a database that is away or a fault in the code.',
    unit: 'short',
    queries: [instant(sum(increase('pitwall_projector_failures_total')), 'failed')],
    width: 3,
    plain: true,
    decimals: 0,
    limits: { warnFrom: 1, badFrom: 10 },
    runbook: 'intake.md#projectorfailing',
  }),
];

const intake = [
  timeseries({
    title: 'Events by outcome',
    description:
      'What became of events that were handed in. Duplicates are normal in small numbers; refused ones never are.',
    unit: 'eps',
    queries: [range(sum(rate(APPENDED, CHOSEN_KINDS), 'outcome'), '{{outcome}}')],
    width: 8,
    stacked: true,
    colored: OUTCOME_COLORS,
    runbook: 'intake.md#deliveriesrefused',
  }),
  timeseries({
    title: 'Accepted by kind',
    description:
      'Accepted events by kind of source. One that falls silent while builds run: look at the provider’s list of deliveries.',
    unit: 'eps',
    queries: [range(sum(rate(APPENDED, outcome('accepted')), 'kind'), '{{kind}}')],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Refused by kind',
    description:
      'Refused events by kind of source. A steady line is a source with a wrong secret; a short peak somebody who tries.',
    unit: 'eps',
    queries: [range(sum(rate(APPENDED, outcome('refused')), 'kind'), '{{kind}}')],
    width: 8,
    runbook: 'intake.md#deliveriesrefused',
  }),
  timeseries({
    title: 'Writes to the log',
    description:
      'How long one write to the event log took until it was committed. A provider waits at least so long for its answer; GitHub gives up after 10 s.',
    unit: 's',
    queries: QUANTILES.map((q) => range(quantile(q, 'pitwall_append_flush_seconds'), `p${q * 100}`)),
    width: 8,
    limits: { warnFrom: 0.5, badFrom: 2.5 },
    runbook: 'resources.md#databaseconnectionssaturated',
  }),
  timeseries({
    title: 'Events per write',
    description:
      'How many events one write carried. What arrives during a write goes with the next, so this rises with load: by itself it is no bad sign.',
    unit: 'short',
    queries: [
      ...[0.5, 0.95].map((q) => range(quantile(q, 'pitwall_append_flush_rows'), `p${q * 100}`)),
      range(
        `${sum(rate('pitwall_append_flush_rows_sum'))} / (${sum(rate('pitwall_append_flush_rows_count'))} > 0)`,
        'mean',
      ),
    ],
    width: 8,
  }),
  timeseries({
    title: 'Writes per second',
    description:
      'How often the event log was written. It levels off at what the disk can commit, while events per write go on rising.',
    unit: 'wps',
    queries: [range(sum(rate('pitwall_append_flush_seconds_count'), 'instance'), '{{instance}}')],
    width: 8,
  }),
];

const projector = [
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

const faults = [
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

export const intakeAndProjector = dashboard({
  uid: 'pitwall-intake',
  title: 'Pitwall: intake and projector',
  description:
    'The way of an event: taken into the log, projected, visible; and what was refused, put aside or delayed.',
  from: 'now-1h',
  refresh: '30s',
  variables: [job, instance, kind],
  rows: [
    { title: 'At a glance', panels: glance },
    { title: 'Intake', panels: intake },
    { title: 'Projector', panels: projector },
    { title: 'Faults and audit', panels: faults },
  ],
});
