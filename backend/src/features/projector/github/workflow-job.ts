import { z } from 'zod';
import type { Fact, PipelineRunFact, StepFact, TaskRunFact } from '../fact.js';
import { identifier, name, optionalName, optionalTime, optionalUrl, ordinal } from './fields.js';
import { readPayload, repositoryFact, repositorySchema, unreadable } from './payload.js';
import { isFinished, statusOf, statusSchema } from './status.js';

const stepSchema = z.object({
  number: ordinal(),
  name: optionalName(),
  status: statusSchema,
  conclusion: optionalName(),
  started_at: optionalTime(),
  completed_at: optionalTime(),
});

const workflowJobSchema = z.object({
  id: identifier(),
  run_id: identifier(),
  /** Not said by servers that do not know attempts yet. */
  run_attempt: ordinal().default(1),
  name: name(),
  status: statusSchema,
  conclusion: optionalName(),
  head_branch: optionalName(),
  head_sha: optionalName(),
  labels: z.array(name()).optional().catch(undefined),
  runner_id: z.number().optional().catch(undefined),
  runner_name: optionalName(),
  runner_group_name: optionalName(),
  html_url: optionalUrl(),
  created_at: optionalTime(),
  started_at: optionalTime(),
  completed_at: optionalTime(),
  steps: z.array(stepSchema).nullish(),
});

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_job */
const workflowJobEventSchema = z.object({ repository: repositorySchema, workflow_job: workflowJobSchema });

type WorkflowJob = z.output<typeof workflowJobSchema>;

export function workflowJobFacts(payload: unknown): Fact[] {
  const { repository, workflow_job: job } = readPayload(workflowJobEventSchema, payload);
  const task = taskRunFact(job);
  return [repositoryFact(repository, task.at), pipelineRunFact(repository.id, job, task), task];
}

function taskRunFact(job: WorkflowJob): TaskRunFact {
  const status = statusOf(job.status, job.conclusion);
  return {
    subject: 'taskRun',
    job: job.id,
    run: job.run_id,
    attempt: job.run_attempt,
    name: job.name,
    status,
    runnerLabels: job.labels,
    runnerName: job.runner_name,
    runnerGroup: job.runner_group_name,
    url: job.html_url,
    queuedAt: job.created_at,
    startedAt: hasStarted(job) ? job.started_at : undefined,
    finishedAt: isFinished(status) ? job.completed_at : undefined,
    steps: job.steps?.map(stepFact),
    at: timeOf(job),
  };
}

/** What a job tells of its run: that it is on its way. Only `workflow_run` says that a run is over. */
function pipelineRunFact(repository: string, job: WorkflowJob, task: TaskRunFact): PipelineRunFact {
  return {
    subject: 'pipelineRun',
    run: job.run_id,
    attempt: job.run_attempt,
    status: task.status === 'queued' || task.status === 'waiting' ? task.status : 'running',
    repository,
    branch: job.head_branch,
    commitSha: job.head_sha,
    startedAt: task.startedAt,
    at: task.at,
  };
}

function stepFact(step: z.output<typeof stepSchema>): StepFact {
  const status = statusOf(step.status, step.conclusion);
  return {
    number: step.number,
    name: step.name ?? `Step ${step.number}`,
    status,
    startedAt: step.started_at,
    finishedAt: isFinished(status) ? step.completed_at : undefined,
  };
}

/**
 * GitHub fills `started_at` for jobs that are still queued, and for those that end without ever running: skipped,
 * cancelled while queued, refused for want of minutes. `in_progress` is documented as running on a runner. A completed job
 * ran if a runner is named or left steps: one that never had a runner comes with `runner_id` null or 0, `runner_name`
 * null or empty, and no steps.
 */
function hasStarted(job: WorkflowJob): boolean {
  if (job.status !== 'completed') return job.status === 'in_progress';
  return Boolean(job.runner_id) || job.runner_name !== undefined || Boolean(job.steps?.length);
}

/** A job has no `updated_at`: the newest of the times it brings, where that of a step may lie after the job's own. */
function timeOf(job: WorkflowJob): Date {
  const own = job.completed_at ?? job.started_at ?? job.created_at;
  if (!own) throw unreadable('workflow_job.created_at', 'expected a time');
  const ofSteps = (job.steps ?? []).flatMap((step) => [step.started_at, step.completed_at]);
  return ofSteps.reduce<Date>((newest, time) => (time && time > newest ? time : newest), own);
}
