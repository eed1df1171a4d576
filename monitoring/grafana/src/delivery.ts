import { dashboard, job, instance, kind, window } from './dashboard.js';
import { stat, timeseries } from './panel.js';
import { aWeekBefore, CHOSEN_KINDS, increase, quantile, share, sum, type Window } from './promql.js';
import { instant, range } from './query.js';
import { colors, type Limits } from './thresholds.js';

const RUNS = 'pitwall_runs_finished_total';
const RUN_DURATION = 'pitwall_run_duration_seconds';
const JOBS = 'pitwall_jobs_finished_total';
const JOB_DURATION = 'pitwall_job_duration_seconds';
const QUEUE = 'pitwall_job_queue_seconds';
const DEPLOYMENTS = 'pitwall_deployments_finished_total';
const QUANTILES = [0.5, 0.9, 0.99];

/** Cancelled and skipped ones say nothing about whether what was built is sound. */
const SUCCEEDED = `${CHOSEN_KINDS}, outcome="succeeded"`;
const DECIDED = `${CHOSEN_KINDS}, outcome=~"succeeded|failed|timed_out"`;
const FAILED = `${CHOSEN_KINDS}, outcome=~"failed|timed_out"`;
const PRODUCTION = 'tier="production"';

const OUTCOME_COLORS = {
  succeeded: colors.good,
  failed: colors.bad,
  timed_out: 'dark-red',
  cancelled: colors.quiet,
  skipped: 'light-blue',
  action_required: colors.warning,
  neutral: 'purple',
};

const NOTHING_THEN = 'nothing a week before';

const count = (counter: string, labels = CHOSEN_KINDS, over: Window = '$__range') =>
  sum(increase(counter, labels, over));
const successShare = (counter: string, over: Window = '$__range') =>
  share(count(counter, SUCCEEDED, over), count(counter, DECIDED, over));
const quantileOf = (q: number, histogram: string, over: Window = '$__range') =>
  quantile(q, histogram, { labels: CHOSEN_KINDS, window: over });

/** By how much a figure is above (or below) its own of a week before; nothing where there was none. */
const grownBy = (expression: string) => `${expression} / (${aWeekBefore(expression)} > 0) - 1`;

/** More of it is neither good nor bad, or more of it is bad, from a quarter on. */
const MORE_IS_BAD: Limits = { warnFrom: 0.1, badFrom: 0.25 };

const present = [
  stat({
    title: 'Runs finished',
    description: 'Runs of pipelines that ended in the time shown, however they ended.',
    unit: 'short',
    decimals: 0,
    queries: [instant(count(RUNS), 'runs')],
    width: 4,
    plain: true,
  }),
  stat({
    title: 'Runs that succeed',
    description:
      'Of the runs that succeeded, failed or timed out, the share that succeeded. Cancelled and skipped runs are left out.',
    unit: 'percentunit',
    queries: [instant(successShare(RUNS), 'succeeded')],
    width: 4,
    plain: true,
    limits: { badBelow: 0.8, warnBelow: 0.9 },
  }),
  stat({
    title: 'Duration of a run, p50',
    description:
      'Half of the runs took less. Estimated within the bounds of the histogram, so a change of a few per cent means nothing.',
    unit: 's',
    queries: [instant(quantileOf(0.5, RUN_DURATION), 'p50')],
    width: 4,
    plain: true,
  }),
  stat({
    title: 'Jobs in the queue, p90',
    description: 'Nine of ten jobs got a runner within this time. Long: more runners are needed, or some hang.',
    unit: 's',
    queries: [instant(quantileOf(0.9, QUEUE), 'p90')],
    width: 4,
    plain: true,
    limits: { warnFrom: 60, badFrom: 300 },
  }),
  stat({
    title: 'Deployments to production',
    description: 'Deployments to environments of the tier production that ended in the time shown.',
    unit: 'short',
    decimals: 0,
    queries: [instant(count(DEPLOYMENTS, `${CHOSEN_KINDS}, ${PRODUCTION}`), 'deployments')],
    width: 4,
    plain: true,
  }),
  stat({
    title: 'Deployments that fail',
    description: 'Of the deployments that succeeded, failed or timed out, to any tier, the share that did not succeed.',
    unit: 'percentunit',
    queries: [instant(share(count(DEPLOYMENTS, FAILED), count(DEPLOYMENTS, DECIDED)), 'failed')],
    width: 4,
    plain: true,
    limits: { warnFrom: 0.05, badFrom: 0.15 },
  }),
];

const change = (title: string, description: string, expression: string, limits?: Limits) =>
  stat({
    title,
    description: `${description} Compared is the time shown with the same time a week before.`,
    unit: 'percentunit',
    decimals: 0,
    queries: [instant(expression, 'change')],
    width: 4,
    plain: true,
    whenEmpty: NOTHING_THEN,
    ...(limits && { limits }),
  });

const changes = [
  change('Runs', 'How many more runs ended.', grownBy(count(RUNS))),
  change(
    'Success, in points',
    'By how many percentage points the share of successful runs rose or fell.',
    `${successShare(RUNS)} - ${aWeekBefore(successShare(RUNS))}`,
    { badBelow: -0.05, warnBelow: -0.01 },
  ),
  change('Duration, p50', 'How much longer a run takes.', grownBy(quantileOf(0.5, RUN_DURATION)), MORE_IS_BAD),
  change('Queue, p90', 'How much longer jobs wait for a runner.', grownBy(quantileOf(0.9, QUEUE)), MORE_IS_BAD),
  change('Deployments', 'How many more deployments ended, to any tier.', grownBy(count(DEPLOYMENTS))),
  change(
    'Failed deployments, in points',
    'By how many percentage points the share of failed deployments rose or fell.',
    [count(DEPLOYMENTS, FAILED), aWeekBefore(count(DEPLOYMENTS, FAILED))]
      .map((failed, index) => {
        const decided = count(DEPLOYMENTS, DECIDED);
        return share(failed, index === 0 ? decided : aWeekBefore(decided));
      })
      .join(' - '),
    { warnFrom: 0.01, badFrom: 0.05 },
  ),
];

const runs = [
  timeseries({
    title: 'Runs by outcome',
    description: 'Runs that ended within the time averaged over, by outcome.',
    unit: 'short',
    queries: [range(sum(increase(RUNS, CHOSEN_KINDS, '$window'), 'outcome'), '{{outcome}}')],
    width: 12,
    stacked: true,
    colored: OUTCOME_COLORS,
  }),
  timeseries({
    title: 'Runs, and a week before',
    description:
      'Runs that ended within the time averaged over. Far below the week before on a working day: a source may have stopped sending.',
    unit: 'short',
    queries: [
      range(count(RUNS, CHOSEN_KINDS, '$window'), 'now'),
      range(aWeekBefore(count(RUNS, CHOSEN_KINDS, '$window')), 'a week before'),
    ],
    width: 12,
    dashed: 'a week before',
    runbook: 'intake.md#deliveriesrefused',
  }),
  timeseries({
    title: 'Runs that succeed',
    description:
      'The share of successful runs, and that of a week before. A step down on one day is a broken main branch or a runner; a slope is tests that flicker.',
    unit: 'percentunit',
    max: 1,
    queries: [
      range(successShare(RUNS, '$window'), 'now'),
      range(aWeekBefore(successShare(RUNS, '$window')), 'a week before'),
    ],
    width: 12,
    dashed: 'a week before',
  }),
  timeseries({
    title: 'Duration of runs',
    description:
      'How long runs took from start to end. A median that rises is slower work; a p99 that rises alone is a few that hang.',
    unit: 's',
    queries: QUANTILES.map((q) => range(quantileOf(q, RUN_DURATION, '$window'), `p${q * 100}`)),
    width: 12,
  }),
];

const jobs = [
  timeseries({
    title: 'Jobs by outcome',
    description: 'Jobs that ended within the time averaged over, by outcome.',
    unit: 'short',
    queries: [range(sum(increase(JOBS, CHOSEN_KINDS, '$window'), 'outcome'), '{{outcome}}')],
    width: 8,
    stacked: true,
    colored: OUTCOME_COLORS,
  }),
  timeseries({
    title: 'Jobs in the queue',
    description:
      'How long jobs waited for a runner. All quantiles together: too few runners at that hour. Only the p99: a label that few runners have.',
    unit: 's',
    queries: QUANTILES.map((q) => range(quantileOf(q, QUEUE, '$window'), `p${q * 100}`)),
    width: 8,
    limits: { warnFrom: 60, badFrom: 300 },
  }),
  timeseries({
    title: 'Duration of jobs',
    description: 'How long jobs took from start to end, without the queue.',
    unit: 's',
    queries: QUANTILES.map((q) => range(quantileOf(q, JOB_DURATION, '$window'), `p${q * 100}`)),
    width: 8,
  }),
];

const deployments = [
  timeseries({
    title: 'Deployments by tier',
    description: 'Deployments that ended within the time averaged over, by the tier of their environment.',
    unit: 'short',
    queries: [range(sum(increase(DEPLOYMENTS, CHOSEN_KINDS, '$window'), 'tier'), '{{tier}}')],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Deployments by outcome',
    description: 'Deployments that ended within the time averaged over, by outcome.',
    unit: 'short',
    queries: [range(sum(increase(DEPLOYMENTS, CHOSEN_KINDS, '$window'), 'outcome'), '{{outcome}}')],
    width: 8,
    stacked: true,
    colored: OUTCOME_COLORS,
  }),
  timeseries({
    title: 'Deployments, and a week before',
    description: 'Deployments that ended within the time averaged over, to any tier.',
    unit: 'short',
    queries: [
      range(count(DEPLOYMENTS, CHOSEN_KINDS, '$window'), 'now'),
      range(aWeekBefore(count(DEPLOYMENTS, CHOSEN_KINDS, '$window')), 'a week before'),
    ],
    width: 8,
    dashed: 'a week before',
  }),
];

export const delivery = dashboard({
  uid: 'pitwall-delivery',
  title: 'Pitwall: delivery',
  description:
    'What Pitwall saw of pipelines, jobs and deployments since it runs. Counted when it learns of an end, so history that is sent later counts at that moment: for history by its own dates, use Pitwall itself.',
  from: 'now-7d',
  refresh: '5m',
  variables: [job, instance, kind, window],
  rows: [
    { title: 'In the time shown', panels: present },
    { title: 'Against the same time a week before', panels: changes },
    { title: 'Runs', panels: runs },
    { title: 'Jobs', panels: jobs },
    { title: 'Deployments', panels: deployments },
  ],
});
