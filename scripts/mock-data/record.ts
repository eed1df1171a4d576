import type { PlannedRun } from './plan.js';
import type { Attempt, Job } from './run.js';

export const SOURCE = 'mock-history';

/** As `POST /api/v1/ingest/batch` takes it. */
export interface MockRecord {
  type: 'pipeline_run' | 'deployment';
  source: string;
  /** The same for the same thing said, so that what is sent again is not counted again. */
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

/** What is not over is said as of `until`: under an id of its own, so that its end is still news later. */
function asOf(id: string, state: object, until: number) {
  const over = 'finished_at' in state;
  return { id: over ? id : `${id}@${iso(until)}`, ...(!over && { time: { updated_at: iso(until) } }) };
}

/** The records of one attempt and of the deployments that it made, in the state they had at `until`. */
export function recordsOf(run: PlannedRun, attempt: Attempt, seed: number, until: number): MockRecord[] {
  const state = stateAt(attempt, until);
  if (!state) return [];
  const { repository, pipeline, push } = run;
  const runId = String(seed * 1e8 + run.week * 1e4 + run.index);
  const id = `${seed}-${run.week}-${run.index}-${attempt.attempt}`;
  const said = asOf(`run-${id}`, state, until);
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
    ...said.time,
    jobs: attempt.jobs.flatMap((job) => jobData(job, until)),
  };
  const { service } = repository;
  const deployments = service === undefined ? [] : attempt.jobs.filter(isDeployment);
  return [
    { type: 'pipeline_run', source: SOURCE, id: said.id, data },
    ...deployments.flatMap((job): MockRecord[] => {
      const { deploysTo: environment } = job.template;
      const deployed = stateAt(job, until);
      if (!deployed) return [];
      const about = { service, environment, deployment_id: `${runId}-${attempt.attempt}-${environment}` };
      const from = { repository: repository.name, run_id: runId, pipeline: pipeline.name };
      const what = { ref: push.branch, commit: push.commit, description: push.title, creator: push.actor };
      const { id: deploymentId, time } = asOf(`deployment-${id}-${environment}`, deployed, until);
      const data = { ...about, ...from, ...what, ...deployed, ...time };
      return [{ type: 'deployment', source: SOURCE, id: deploymentId, data }];
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
