import { z } from 'zod';
import { JsonError, parseJson } from '../../http/json.js';
import {
  deploymentDataSchema,
  isKnownRecordType,
  pipelineRunSchema,
  type KnownRecordType,
} from '../records/record.schema.js';
import type { DeploymentFact, Fact, PipelineRunFact, TaskRunFact } from './fact.js';
import { joinedId, recordPipeline } from './subject-id.js';
import { UnreadableEventError, type RawEvent, type Translator } from './translator.js';

type PipelineRunData = z.output<typeof pipelineRunSchema>;
type DeploymentData = z.output<typeof deploymentDataSchema>;

const runBody = z.object({ data: pipelineRunSchema });
const deploymentBody = z.object({ data: deploymentDataSchema });

/** How each type of record that says something about delivery is read. */
const readers: Record<KnownRecordType, (event: RawEvent) => Fact[]> = {
  pipeline_run: (event) => factsOfRun(read(runBody, event).data, event.receivedAt),
  deployment: (event) => factsOfDeployment(read(deploymentBody, event).data, event.receivedAt),
};

export const recordTranslator: Translator = {
  types: new Set(Object.keys(readers)),
  translate: (event) => (isKnownRecordType(event.type) ? readers[event.type](event) : []),
};

function read<Z extends z.ZodType>(schema: Z, event: RawEvent): z.output<Z> {
  const result = schema.safeParse(bodyOf(event));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UnreadableEventError(`${issue?.path.join('.')}: ${issue?.message}`);
}

function bodyOf(event: RawEvent): unknown {
  try {
    return parseJson(event.body);
  } catch (error) {
    if (error instanceof JsonError) throw new UnreadableEventError(`The body ${error.message}.`);
    throw error;
  }
}

function factsOfRun(data: PipelineRunData, receivedAt: Date): Fact[] {
  const pipeline = recordPipeline(data.repository, data.pipeline);
  const run = joinedId(pipeline, data.run_id);
  const at = said(data.updated_at) ?? latestTime(data) ?? receivedAt;
  const runFact: PipelineRunFact = {
    subject: 'pipelineRun',
    at,
    run,
    externalId: data.run_id,
    attempt: data.attempt,
    status: data.status,
    pipeline,
    repository: said(data.repository),
    number: said(data.number),
    title: said(data.title),
    trigger: said(data.trigger),
    branch: said(data.branch),
    commitSha: said(data.commit),
    actor: said(data.actor),
    url: said(data.url),
    ...timesOf(data),
  };
  return [
    ...repositoryFacts(data.repository, at),
    {
      subject: 'pipeline',
      at,
      pipeline,
      externalId: data.pipeline,
      name: data.pipeline,
      repository: said(data.repository),
    },
    runFact,
    ...(data.jobs ?? []).map((job) => factOfJob(job, run, data.attempt, at)),
  ];
}

function factOfJob(
  job: NonNullable<PipelineRunData['jobs']>[number],
  run: string,
  attempt: number,
  at: Date,
): TaskRunFact {
  return {
    subject: 'taskRun',
    at,
    job: joinedId(run, String(attempt), job.id ?? job.name),
    externalId: job.id ?? job.name,
    run,
    attempt,
    name: job.name,
    status: job.status,
    runnerLabels: job.runner_labels,
    runnerName: said(job.runner_name),
    url: said(job.url),
    ...timesOf(job),
    steps: job.steps?.map((step, index) => ({
      number: step.number ?? index + 1,
      name: step.name,
      status: step.status,
      startedAt: said(step.started_at),
      finishedAt: said(step.finished_at),
    })),
  };
}

function factsOfDeployment(data: DeploymentData, receivedAt: Date): Fact[] {
  const at = said(data.updated_at) ?? latestTime(data) ?? receivedAt;
  const run =
    data.run_id && data.pipeline ? joinedId(recordPipeline(data.repository, data.pipeline), data.run_id) : undefined;
  const fact: DeploymentFact = {
    subject: 'deployment',
    at,
    deployment: joinedId(data.service, data.environment, data.deployment_id),
    externalId: data.deployment_id,
    service: data.service,
    environment: data.environment,
    repository: said(data.repository),
    run,
    status: data.status,
    ref: said(data.ref),
    commitSha: said(data.commit),
    description: said(data.description),
    creator: said(data.creator),
    environmentUrl: said(data.url),
    ...timesOf(data),
  };
  return [...repositoryFacts(data.repository, at), fact];
}

const repositoryFacts = (repository: string | null | undefined, at: Date): Fact[] =>
  repository ? [{ subject: 'repository', at, repository, fullName: repository }] : [];

interface GivenTimes {
  queued_at?: Date | null | undefined;
  started_at?: Date | null | undefined;
  finished_at?: Date | null | undefined;
}

const timesOf = ({ queued_at, started_at, finished_at }: GivenTimes) => ({
  queuedAt: said(queued_at),
  startedAt: said(started_at),
  finishedAt: said(finished_at),
});

function latestTime({ queued_at, started_at, finished_at }: GivenTimes): Date | undefined {
  const times = [queued_at, started_at, finished_at].flatMap((time) => time?.getTime() ?? []);
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}

const said = <T>(value: T | null | undefined): T | undefined => value ?? undefined;
