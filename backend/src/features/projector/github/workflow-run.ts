import { z } from 'zod';
import type { Fact, PipelineFact, PipelineRunFact } from '../fact.js';
import {
  identifier,
  messageLine,
  optionalCount,
  optionalLine,
  optionalName,
  optionalPart,
  optionalTime,
  optionalUrl,
  ordinal,
  time,
} from './fields.js';
import { accountLogin, readPayload, repositoryFact, repositorySchema } from './payload.js';
import { isFinished, statusOf, statusSchema } from './status.js';

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run */
const workflowRunEventSchema = z.object({
  repository: repositorySchema,
  workflow_run: z.object({
    id: identifier(),
    workflow_id: identifier(),
    run_attempt: ordinal(),
    run_number: optionalCount(),
    name: optionalName(),
    path: optionalName(),
    display_title: optionalLine(),
    head_commit: optionalPart({ message: messageLine() }),
    status: statusSchema,
    conclusion: optionalName(),
    event: optionalName(),
    head_branch: optionalName(),
    head_sha: optionalName(),
    actor: optionalPart(accountLogin),
    triggering_actor: optionalPart(accountLogin),
    html_url: optionalUrl(),
    created_at: optionalTime(),
    run_started_at: optionalTime(),
    updated_at: time(),
  }),
  workflow: optionalPart({ name: optionalName(), path: optionalName(), html_url: optionalUrl() }),
});

type WorkflowRunEvent = z.output<typeof workflowRunEventSchema>;

export function workflowRunFacts(payload: unknown): Fact[] {
  const event = readPayload(workflowRunEventSchema, payload);
  return [repositoryFact(event.repository, event.workflow_run.updated_at), pipelineFact(event), pipelineRunFact(event)];
}

function pipelineFact({ repository, workflow_run: run, workflow }: WorkflowRunEvent): PipelineFact {
  const definition = definitionOf(run.path ?? workflow?.path);
  return {
    subject: 'pipeline',
    pipeline: run.workflow_id,
    repository: repository.id,
    // A workflow without a name goes by its file, as on GitHub's own pages.
    name: workflow?.name ?? run.name ?? definition ?? `workflow ${run.workflow_id}`,
    definition,
    url: workflow?.html_url,
    at: run.updated_at,
  };
}

function pipelineRunFact({ repository, workflow_run: run }: WorkflowRunEvent): PipelineRunFact {
  const status = statusOf(run.status, run.conclusion);
  const finished = isFinished(status);
  return {
    subject: 'pipelineRun',
    run: run.id,
    attempt: run.run_attempt,
    status,
    pipeline: run.workflow_id,
    repository: repository.id,
    number: run.run_number,
    title: run.display_title ?? (run.head_commit?.message || undefined),
    trigger: run.event,
    branch: run.head_branch,
    commitSha: run.head_sha,
    actor: run.triggering_actor?.login ?? run.actor?.login,
    url: run.html_url,
    // `created_at` is the first attempt's in every attempt.
    queuedAt: run.run_attempt === 1 ? run.created_at : run.run_started_at,
    // Filled in by GitHub from the moment the attempt is asked for.
    startedAt: status === 'running' || finished ? run.run_started_at : undefined,
    finishedAt: finished ? run.updated_at : undefined,
    at: run.updated_at,
  };
}

/** The file alone: the path comes with `@` and the ref it was read at where that is not the run's own. */
function definitionOf(path: string | undefined): string | undefined {
  return path?.replace(/(\.ya?ml)@.*$/s, '$1');
}
