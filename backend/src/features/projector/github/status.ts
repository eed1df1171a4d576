import { z } from 'zod';
import { FINISHED_STATUSES, type Status } from '../fact.js';

/** Of a workflow run, a job, a step and a check run. https://docs.github.com/en/rest/checks/runs */
export const statusSchema = z.enum(['queued', 'requested', 'pending', 'waiting', 'in_progress', 'completed'], {
  error: 'expected a status of GitHub Actions',
});

type GithubStatus = z.output<typeof statusSchema>;

const unfinished: Record<Exclude<GithubStatus, 'completed'>, Status> = {
  queued: 'queued',
  requested: 'queued',
  pending: 'queued',
  waiting: 'waiting',
  in_progress: 'running',
};

const conclusions = new Map<string, Status>([
  ['success', 'succeeded'],
  ['failure', 'failed'],
  // The workflow file could not be read or its jobs could not be created.
  ['startup_failure', 'failed'],
  ['cancelled', 'cancelled'],
  ['skipped', 'skipped'],
  ['timed_out', 'timed_out'],
  ['action_required', 'action_required'],
  ['neutral', 'neutral'],
  // GitHub gives up on what stayed incomplete for 14 days.
  ['stale', 'cancelled'],
]);

/** A conclusion that is not known is `neutral`: it is over, and nobody said that it failed. */
export function statusOf(status: GithubStatus, conclusion: string | undefined): Status {
  if (status !== 'completed') return unfinished[status];
  return conclusions.get(conclusion ?? '') ?? 'neutral';
}

export function isFinished(status: Status): boolean {
  return (FINISHED_STATUSES as readonly Status[]).includes(status);
}
