import { Counter, Histogram, type Registry } from 'prom-client';
import { EVENT_KINDS, type EventKind } from './event-kind.js';

const DURATION_BUCKETS = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400];
const QUEUE_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];

const OUTCOMES = ['succeeded', 'failed', 'cancelled', 'skipped', 'timed_out', 'action_required', 'neutral'] as const;
export type DeliveryOutcome = (typeof OUTCOMES)[number];
const TIERS = ['production', 'staging', 'testing', 'development', 'other'] as const;
export type DeliveryTier = (typeof TIERS)[number];

/** What came to its end: a run's attempt, a job or a deployment. Spans are in seconds; undefined where a time is not known. */
export interface Finished {
  kind: EventKind;
  outcome: DeliveryOutcome;
  durationSeconds?: number | undefined;
  queueSeconds?: number | undefined;
}

export interface FinishedDeployment extends Finished {
  tier: DeliveryTier;
}

/**
 * What the watched pipelines do, over all of them: labels take few values, so that there are some hundred series however
 * many repositories there are. Figures by repository, pipeline or team come from the API.
 */
export function createDeliveryMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, labelNames: ['kind'] as const, registers });

  const runs = counter('pitwall_runs_finished_total', 'Attempts of runs that came to their end.', ['kind', 'outcome']);
  const runSeconds = histogram(
    'pitwall_run_duration_seconds',
    'Time from the start to the end of an attempt of a run; without those that were skipped.',
    DURATION_BUCKETS,
  );
  const jobs = counter('pitwall_jobs_finished_total', 'Jobs that came to their end.', ['kind', 'outcome']);
  const jobSeconds = histogram(
    'pitwall_job_duration_seconds',
    'Time from the start to the end of a job; without those that were skipped.',
    DURATION_BUCKETS,
  );
  const queueSeconds = histogram(
    'pitwall_job_queue_seconds',
    'Time that a job waited for a runner; without those that were skipped.',
    QUEUE_BUCKETS,
  );
  const deployments = counter(
    'pitwall_deployments_finished_total',
    'Deployments that came to their end, by tier of the environment.',
    ['kind', 'tier', 'outcome'],
  );
  // Series that exist from the start, at zero, let a rate see the first event.
  for (const kind of EVENT_KINDS) {
    for (const outcome of OUTCOMES) {
      runs.inc({ kind, outcome }, 0);
      jobs.inc({ kind, outcome }, 0);
      for (const tier of TIERS) deployments.inc({ kind, tier, outcome }, 0);
    }
  }
  return {
    runFinished({ kind, outcome, durationSeconds }: Finished) {
      runs.inc({ kind, outcome });
      if (durationSeconds !== undefined && outcome !== 'skipped') runSeconds.observe({ kind }, durationSeconds);
    },
    jobFinished({ kind, outcome, durationSeconds, queueSeconds: waited }: Finished) {
      jobs.inc({ kind, outcome });
      if (outcome === 'skipped') return;
      if (durationSeconds !== undefined) jobSeconds.observe({ kind }, durationSeconds);
      if (waited !== undefined) queueSeconds.observe({ kind }, waited);
    },
    deploymentFinished: ({ kind, outcome, tier }: FinishedDeployment) => deployments.inc({ kind, tier, outcome }),
  };
}
