import type { PlannedRun } from './plan.js';
import type { Attempt, Job } from './run.js';

export const SOURCE = 'mock-history';

/** As `POST /api/v1/ingest/batch` takes it. */
export interface MockRecord {
  type: 'pipeline_run' | 'deployment';
  source: string;
  /** The same for the same seed, so that what is sent again is not counted again. */
  id: string;
  data: Record<string, unknown>;
}

interface Timed {
  status: string;
  queuedAt?: number;
  startedAt?: number;
  finishedAt?: number;
}

/** What is known at `until` of something: whether it waits, runs or is over. Undefined where it had not been asked for. */
function stateAt({ status, queuedAt, startedAt, finishedAt }: Timed, until: number) {
  if (queuedAt !== undefined && queuedAt > until) return undefined;
  const over = finishedAt !== undefined && finishedAt <= until;
  const begun = startedAt !== undefined && startedAt <= until;
  return {
    status: over ? status : begun ? 'running' : 'queued',
    ...(queuedAt !== undefined && { queued_at: iso(queuedAt) }),
    ...(begun && { started_at: iso(startedAt) }),
    ...(over && { finished_at: iso(finishedAt) }),
  };
}

/** The records of one attempt and of the deployments that it made, in the state they had at `until`. */
export function recordsOf(run: PlannedRun, attempt: Attempt, seed: number, until: number): MockRecord[] {
  const state = stateAt(attempt, until);
  if (!state) return [];
  const { repository, pipeline, push } = run;
  const runId = String(30_000_000_000 + seed * 1_000_000 + run.index);
  const id = `${seed}-${run.index}-${attempt.attempt}`;
  const data = {
    pipeline: pipeline.name,
    repository: repository.name,
    run_id: runId,
    attempt: attempt.attempt,
    number: run.number,
    title: push.title,
    trigger: run.trigger,
    branch: push.branch,
    commit: push.commit,
    actor: push.actor,
    ...state,
    jobs: attempt.jobs.flatMap((job) => jobData(job, until)),
  };
  const { service } = repository;
  const deployments = service === undefined ? [] : attempt.jobs.filter(isDeployment);
  return [
    { type: 'pipeline_run', source: SOURCE, id: `run-${id}`, data },
    ...deployments.flatMap((job): MockRecord[] => {
      const { deploysTo: environment } = job.template;
      const deployed = stateAt(job, until);
      if (!deployed) return [];
      const about = { service, environment, deployment_id: `${runId}-${attempt.attempt}-${environment}` };
      const from = { repository: repository.name, run_id: runId, pipeline: pipeline.name };
      const what = { ref: push.branch, commit: push.commit, description: push.title, creator: push.actor };
      const data = { ...about, ...from, ...what, ...deployed };
      return [{ type: 'deployment', source: SOURCE, id: `deployment-${id}-${environment}`, data }];
    }),
  ];
}

/** One that was begun: a job that never started made no deployment. */
const isDeployment = ({ template, startedAt }: Job) => template.deploysTo !== undefined && startedAt !== undefined;

function jobData(job: Job, until: number) {
  const state = stateAt(job, until);
  if (!state) return [];
  const steps = job.steps.map((step) => ({ name: step.name, ...stepState(step, job, until) }));
  const begun = 'started_at' in state;
  return [
    {
      name: job.template.name,
      runner_labels: job.labels,
      ...(begun && job.runner !== undefined && { runner_name: job.runner, steps }),
      ...state,
    },
  ];
}

/** A skipped step has no times: it is passed over when its job ends. */
function stepState(step: Timed, job: Job, until: number) {
  const state = stateAt(step, until);
  return step.status === 'skipped' && job.finishedAt <= until ? { status: 'skipped' } : state;
}

const iso = (at: number) => new Date(at).toISOString();
