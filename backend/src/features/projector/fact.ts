/**
 * What a translator says a raw event means. A fact says one thing about one subject, in the vocabulary of CDEvents
 * (https://cdevents.dev): a pipeline run or a task run that is queued, started or finished, a service deployed, a
 * change created or merged. The phase of CDEvents' event name is the fact's `status`.
 *
 * Facts name subjects by the provider's own identifiers, and every field but the identity is optional: a fact carries
 * only what its event said. `undefined` means "not said"; a field is never erased by a later fact that is silent on it.
 */
export type Fact =
  RepositoryFact | PipelineFact | PipelineRunFact | TaskRunFact | DeploymentFact | ChangeFact | CommitFact;

export const UNFINISHED_STATUSES = ['queued', 'waiting', 'running'] as const;
export const FINISHED_STATUSES = [
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
  'neutral',
] as const;
export const STATUSES = [...UNFINISHED_STATUSES, ...FINISHED_STATUSES] as const;

/** Of a run, an attempt, a job, a step or a deployment. `waiting` is held by a gate (a review, a timer, a limit). */
export type Status = (typeof STATUSES)[number];

interface Spoken {
  /** The provider's own time of what is said, not the time of arrival: of two facts, the later one is believed. */
  at: Date;
  /** What people know the subject by at the provider, where its identifier is put together from more than that. */
  externalId?: string | undefined;
}

export interface RepositoryFact extends Spoken {
  subject: 'repository';
  repository: string;
  fullName: string;
  url?: string | undefined;
  defaultBranch?: string | undefined;
}

/** A workflow file, a GitLab CI configuration, a Jenkins job. */
export interface PipelineFact extends Spoken {
  subject: 'pipeline';
  pipeline: string;
  repository?: string | undefined;
  name: string;
  /** Where its definition is, such as `.github/workflows/ci.yml`. */
  definition?: string | undefined;
  url?: string | undefined;
}

/** CDEvents `pipelinerun`: one attempt of one run. */
export interface PipelineRunFact extends Spoken {
  subject: 'pipelineRun';
  run: string;
  /** 1 for the first. */
  attempt: number;
  status: Status;
  pipeline?: string | undefined;
  repository?: string | undefined;
  number?: number | undefined;
  title?: string | undefined;
  /** What set it off: `push`, `pull_request`, `schedule`, ... */
  trigger?: string | undefined;
  branch?: string | undefined;
  commitSha?: string | undefined;
  actor?: string | undefined;
  url?: string | undefined;
  queuedAt?: Date | undefined;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
}

/** CDEvents `taskrun`: one job of one attempt of a run, with the steps known so far. */
export interface TaskRunFact extends Spoken {
  subject: 'taskRun';
  job: string;
  run: string;
  attempt: number;
  name: string;
  status: Status;
  runnerLabels?: string[] | undefined;
  runnerName?: string | undefined;
  runnerGroup?: string | undefined;
  url?: string | undefined;
  queuedAt?: Date | undefined;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
  steps?: StepFact[] | undefined;
}

export interface StepFact {
  /** Its place in the job, from 1. */
  number: number;
  name: string;
  status: Status;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
}

/** CDEvents `service.deployed`: one deployment of a service to an environment. */
export interface DeploymentFact extends Spoken {
  subject: 'deployment';
  deployment: string;
  service: string;
  /** What people call it; the identifier itself where it is not said. */
  serviceName?: string | undefined;
  environment: string;
  repository?: string | undefined;
  /** The run that made it. */
  run?: string | undefined;
  /** Absent in a fact that says only that a newer deployment took its place. */
  status?: Status | undefined;
  ref?: string | undefined;
  commitSha?: string | undefined;
  description?: string | undefined;
  creator?: string | undefined;
  /** Where what was deployed can be visited. */
  environmentUrl?: string | undefined;
  logUrl?: string | undefined;
  queuedAt?: Date | undefined;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
  supersededAt?: Date | undefined;
}

/** CDEvents `change`: a pull or merge request. */
export interface ChangeFact extends Spoken {
  subject: 'change';
  repository: string;
  number: number;
  title: string;
  state: 'open' | 'merged' | 'abandoned';
  author?: string | undefined;
  headBranch?: string | undefined;
  headSha?: string | undefined;
  baseBranch?: string | undefined;
  mergeCommitSha?: string | undefined;
  commits?: number | undefined;
  additions?: number | undefined;
  deletions?: number | undefined;
  url?: string | undefined;
  openedAt?: Date | undefined;
  mergedAt?: Date | undefined;
  closedAt?: Date | undefined;
}

/** A commit that was pushed to a branch. */
export interface CommitFact extends Spoken {
  subject: 'commit';
  repository: string;
  sha: string;
  branch?: string | undefined;
  /** The first line. */
  message: string;
  author?: string | undefined;
  committedAt?: Date | undefined;
  url?: string | undefined;
}
