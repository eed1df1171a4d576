import { dashboard, instance, job, kind } from './dashboard.js';
import { APPENDED, DELAY, DELAY_LIMITS, outcome, OUTCOME_COLORS, PROJECTED, QUANTILES } from './intake-figures.js';
import { faults, projector } from './intake-projector.js';
import { stat, timeseries } from './panel.js';
import { CHOSEN, CHOSEN_KINDS, increase, quantile, rate, share, sum, WITHIN_A_MINUTE } from './promql.js';
import { instant, range } from './query.js';

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
