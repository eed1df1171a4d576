import { z } from 'zod';
import type { DeploymentFact, Fact, Status } from '../fact.js';
import {
  identifier,
  name,
  optionalLine,
  optionalName,
  optionalPart,
  optionalTime,
  optionalUrl,
  time,
} from './fields.js';
import { accountLogin, readPayload, repositoryFact, repositorySchema } from './payload.js';
import { isFinished } from './status.js';

const deploymentShape = {
  id: identifier(),
  environment: name(),
  ref: optionalName(),
  sha: optionalName(),
  description: optionalLine(),
  creator: optionalPart(accountLogin),
  created_at: optionalTime(),
};

const workflowRunPart = optionalPart({ id: identifier().optional().catch(undefined) });

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment */
const deploymentEventSchema = z.object({
  repository: repositorySchema,
  deployment: z.object({ ...deploymentShape, updated_at: time() }),
  workflow_run: workflowRunPart,
});

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_status */
const deploymentStatusEventSchema = z.object({
  repository: repositorySchema,
  deployment: z.object(deploymentShape),
  deployment_status: z.object({
    state: name(),
    environment_url: optionalUrl(),
    log_url: optionalUrl(),
    target_url: optionalUrl(),
    created_at: time(),
    updated_at: optionalTime(),
  }),
  workflow_run: workflowRunPart,
});

/** `inactive` is not here: it says that another deployment took the place, not how this one ended. */
const statuses = new Map<string, Status>([
  ['queued', 'queued'],
  ['pending', 'queued'],
  ['waiting', 'waiting'],
  ['in_progress', 'running'],
  ['success', 'succeeded'],
  ['failure', 'failed'],
  ['error', 'failed'],
]);

export function deploymentFacts(payload: unknown): Fact[] {
  const event = readPayload(deploymentEventSchema, payload);
  const at = event.deployment.updated_at;
  return [repositoryFact(event.repository, at), { ...subjectOf(event), status: 'queued', at }];
}

export function deploymentStatusFacts(payload: unknown): Fact[] {
  const event = readPayload(deploymentStatusEventSchema, payload);
  const { deployment_status: said } = event;
  const at = said.updated_at && said.updated_at > said.created_at ? said.updated_at : said.created_at;
  const status = statuses.get(said.state);
  const fact: DeploymentFact = {
    ...subjectOf(event),
    status,
    environmentUrl: said.environment_url,
    logUrl: said.log_url ?? said.target_url,
    startedAt: status === 'running' ? said.created_at : undefined,
    finishedAt: status && isFinished(status) ? said.created_at : undefined,
    supersededAt: said.state === 'inactive' ? said.created_at : undefined,
    at,
  };
  return [repositoryFact(event.repository, at), fact];
}

function subjectOf({
  repository,
  deployment,
  workflow_run: run,
}: Omit<z.output<typeof deploymentStatusEventSchema>, 'deployment_status'>): Omit<DeploymentFact, 'at'> {
  return {
    subject: 'deployment',
    deployment: deployment.id,
    // GitHub knows no services: a repository is one.
    service: repository.id,
    serviceName: repository.full_name,
    environment: deployment.environment,
    repository: repository.id,
    run: run?.id,
    ref: deployment.ref,
    commitSha: deployment.sha,
    description: deployment.description,
    creator: deployment.creator?.login,
    queuedAt: deployment.created_at,
  };
}
