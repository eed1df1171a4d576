import { environmentTier } from './environment-tier.js';
import type {
  ChangeFact,
  CommitFact,
  DeploymentFact,
  Fact,
  PipelineFact,
  PipelineRunFact,
  RepositoryFact,
  TaskRunFact,
} from './fact.js';
import type { Patch } from './merge.js';
import { attemptId, stepId, type Ids } from './subject-id.js';
import type { SubjectName } from './subject.js';

export interface SubjectPatch extends Patch {
  subject: SubjectName;
}

/** The rows that a source's fact speaks of. Ids come from the provider's identifiers, so no row must be there before another. */
export function patchesOf(sourceId: string, ids: Ids, fact: Fact): SubjectPatch[] {
  switch (fact.subject) {
    case 'repository':
      return [repositoryPatch(sourceId, ids, fact)];
    case 'pipeline':
      return [pipelinePatch(sourceId, ids, fact)];
    case 'pipelineRun':
      return runPatches(sourceId, ids, fact);
    case 'taskRun':
      return jobPatches(sourceId, ids, fact);
    case 'deployment':
      return deploymentPatches(sourceId, ids, fact);
    case 'change':
      return [changePatch(ids, fact)];
    case 'commit':
      return [commitPatch(ids, fact)];
  }
}

function repositoryPatch(sourceId: string, ids: Ids, fact: RepositoryFact): SubjectPatch {
  return {
    subject: 'repository',
    id: ids.repository(fact.repository),
    at: fact.at.getTime(),
    values: {
      source_id: sourceId,
      external_id: fact.externalId ?? fact.repository,
      full_name: fact.fullName,
      url: fact.url,
      default_branch: fact.defaultBranch,
    },
  };
}

function pipelinePatch(sourceId: string, ids: Ids, fact: PipelineFact): SubjectPatch {
  return {
    subject: 'pipeline',
    id: ids.pipeline(fact.pipeline),
    at: fact.at.getTime(),
    values: {
      source_id: sourceId,
      external_id: fact.externalId ?? fact.pipeline,
      repository_id: maybe(fact.repository, ids.repository),
      name: fact.name,
      definition: fact.definition,
      url: fact.url,
      last_activity_at: iso(fact.at),
    },
  };
}

function runPatches(sourceId: string, ids: Ids, fact: PipelineRunFact): SubjectPatch[] {
  const at = fact.at.getTime();
  const state = { status: fact.status, ...timesOf(fact) };
  const run: SubjectPatch = {
    subject: 'run',
    id: ids.run(fact.run),
    at,
    values: {
      source_id: sourceId,
      external_id: fact.externalId ?? fact.run,
      repository_id: maybe(fact.repository, ids.repository),
      pipeline_id: maybe(fact.pipeline, ids.pipeline),
      number: fact.number,
      title: fact.title,
      trigger: fact.trigger,
      branch: fact.branch,
      commit_sha: fact.commitSha,
      actor: fact.actor,
      url: fact.url,
      created_at: iso(earliest(fact)),
      attempt: fact.attempt,
      ...state,
    },
  };
  const attempt: SubjectPatch = {
    subject: 'attempt',
    id: attemptId(run.id, fact.attempt),
    at,
    values: { run_id: run.id, attempt: fact.attempt, url: fact.url, ...state },
  };
  return [run, attempt];
}

function jobPatches(sourceId: string, ids: Ids, fact: TaskRunFact): SubjectPatch[] {
  const at = fact.at.getTime();
  const job: SubjectPatch = {
    subject: 'job',
    id: ids.job(fact.job),
    at,
    values: {
      source_id: sourceId,
      external_id: fact.externalId ?? fact.job,
      run_id: ids.run(fact.run),
      attempt: fact.attempt,
      name: fact.name,
      status: fact.status,
      runner_labels: fact.runnerLabels,
      runner_name: fact.runnerName,
      runner_group: fact.runnerGroup,
      url: fact.url,
      created_at: iso(earliest(fact)),
      ...timesOf(fact),
    },
  };
  const steps = (fact.steps ?? []).map((step): SubjectPatch => ({
    subject: 'step',
    id: stepId(job.id, step.number),
    at,
    values: {
      job_id: job.id,
      number: step.number,
      name: step.name,
      status: step.status,
      started_at: maybe(step.startedAt, iso),
      finished_at: maybe(step.finishedAt, iso),
    },
  }));
  return [job, ...steps];
}

function deploymentPatches(sourceId: string, ids: Ids, fact: DeploymentFact): SubjectPatch[] {
  const at = fact.at.getTime();
  const repositoryId = maybe(fact.repository, ids.repository);
  const serviceId = ids.service(fact.service);
  const environmentId = ids.environment(fact.service, fact.environment);
  return [
    {
      subject: 'service',
      id: serviceId,
      at,
      values: {
        source_id: sourceId,
        external_id: fact.service,
        name: fact.serviceName ?? fact.service,
        repository_id: repositoryId,
      },
    },
    {
      subject: 'environment',
      id: environmentId,
      at,
      values: {
        source_id: sourceId,
        service_id: serviceId,
        name: fact.environment,
        tier: environmentTier(fact.environment),
        url: fact.environmentUrl,
      },
    },
    {
      subject: 'deployment',
      id: ids.deployment(fact.deployment),
      at,
      values: {
        source_id: sourceId,
        external_id: fact.externalId ?? fact.deployment,
        service_id: serviceId,
        environment_id: environmentId,
        repository_id: repositoryId,
        run_id: maybe(fact.run, ids.run),
        status: fact.status,
        ref: fact.ref,
        commit_sha: fact.commitSha,
        description: fact.description,
        creator: fact.creator,
        log_url: fact.logUrl,
        created_at: iso(earliest(fact)),
        ...timesOf(fact),
        superseded_at: maybe(fact.supersededAt, iso),
      },
    },
  ];
}

function changePatch(ids: Ids, fact: ChangeFact): SubjectPatch {
  return {
    subject: 'change',
    id: ids.change(fact.repository, fact.number),
    at: fact.at.getTime(),
    values: {
      repository_id: ids.repository(fact.repository),
      number: fact.number,
      title: fact.title,
      state: fact.state,
      author: fact.author,
      head_branch: fact.headBranch,
      head_sha: fact.headSha,
      base_branch: fact.baseBranch,
      merge_commit_sha: fact.mergeCommitSha,
      commits: fact.commits,
      additions: fact.additions,
      deletions: fact.deletions,
      url: fact.url,
      opened_at: maybe(fact.openedAt, iso),
      merged_at: maybe(fact.mergedAt, iso),
      // Said even when it is not closed: a change may be opened again.
      closed_at: maybe(fact.closedAt, iso) ?? null,
    },
  };
}

function commitPatch(ids: Ids, fact: CommitFact): SubjectPatch {
  return {
    subject: 'commit',
    id: ids.commit(fact.repository, fact.sha),
    at: fact.at.getTime(),
    values: {
      repository_id: ids.repository(fact.repository),
      sha: fact.sha,
      branch: fact.branch,
      message: fact.message,
      author: fact.author,
      committed_at: maybe(fact.committedAt, iso),
      url: fact.url,
    },
  };
}

interface Times {
  at: Date;
  queuedAt?: Date | undefined;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
}

const iso = (time: Date) => time.toISOString();

const timesOf = ({ queuedAt, startedAt, finishedAt }: Times) => ({
  queued_at: maybe(queuedAt, iso),
  started_at: maybe(startedAt, iso),
  finished_at: maybe(finishedAt, iso),
});

const earliest = ({ at, queuedAt, startedAt, finishedAt }: Times) =>
  new Date(Math.min(...[at, queuedAt, startedAt, finishedAt].map((time) => time?.getTime() ?? Infinity)));

function maybe<T, R>(value: T | undefined, map: (value: T) => R): R | undefined {
  return value === undefined ? undefined : map(value);
}
