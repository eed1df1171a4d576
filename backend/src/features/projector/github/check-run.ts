import { z } from 'zod';
import type { Fact } from '../fact.js';
import { cleanText } from '../../../database/storable-text.js';
import { identifier, name, optionalName, optionalPart, optionalTime, optionalUrl } from './fields.js';
import { readPayload, repositoryFact, repositorySchema, unreadable } from './payload.js';
import { isFinished, statusOf, statusSchema } from './status.js';

const MAX_NAME_LENGTH = 255;

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run */
const checkRunEventSchema = z.object({
  repository: repositorySchema,
  check_run: z.object({
    id: identifier(),
    name: name(),
    status: statusSchema,
    conclusion: optionalName(),
    head_sha: optionalName(),
    html_url: optionalUrl(),
    details_url: optionalUrl(),
    started_at: optionalTime(),
    completed_at: optionalTime(),
    check_suite: optionalPart({ head_branch: optionalName(), created_at: optionalTime() }),
    app: optionalPart({ id: identifier().optional().catch(undefined), slug: optionalName(), name: optionalName() }),
  }),
});

type CheckRunEvent = z.output<typeof checkRunEventSchema>;
type CheckRun = CheckRunEvent['check_run'];

/** The checks of other CI systems. Those of GitHub Actions are its jobs, which `workflow_job` tells in full. */
export function checkRunFacts(payload: unknown): Fact[] {
  const { repository, check_run: check } = readPayload(checkRunEventSchema, payload);
  const at = check.completed_at ?? check.started_at ?? check.check_suite?.created_at;
  if (!at) throw unreadable('check_run.started_at', 'expected a time');
  const repositoryFacts = [repositoryFact(repository, at)];
  if (check.app?.slug === 'github-actions') return repositoryFacts;
  return [...repositoryFacts, ...runFacts(repository.id, check, at)];
}

function runFacts(repository: string, check: CheckRun, at: Date): Fact[] {
  const pipeline = pipelineOf(repository, check);
  const status = statusOf(check.status, check.conclusion);
  const begun = status === 'running' || isFinished(status);
  const runFact: Fact = {
    subject: 'pipelineRun',
    run: `check:${check.id}`,
    // A check that is asked for again is a new check run.
    attempt: 1,
    status,
    pipeline,
    repository,
    branch: check.check_suite?.head_branch,
    commitSha: check.head_sha,
    url: check.html_url ?? check.details_url,
    // Of a check that waits, GitHub's `started_at` is when it was asked for.
    queuedAt: begun ? undefined : check.started_at,
    startedAt: begun ? check.started_at : undefined,
    finishedAt: isFinished(status) ? check.completed_at : undefined,
    at,
  };
  if (pipeline === undefined) return [runFact];
  const pipelineName = check.app?.name ? `${check.app.name} / ${check.name}` : check.name;
  const nameFact: Fact = {
    subject: 'pipeline',
    pipeline,
    repository,
    name: cleanText(pipelineName, MAX_NAME_LENGTH),
    at,
  };
  return [nameFact, runFact];
}

/** With the repository, since one app gives the same check name in many. Unknown once the app is deleted. */
function pipelineOf(repository: string, { app, name: checkName }: CheckRun): string | undefined {
  const owner = app?.id ?? app?.slug;
  return owner === undefined ? undefined : cleanText(`check:${repository}:${owner}:${checkName}`, MAX_NAME_LENGTH);
}
