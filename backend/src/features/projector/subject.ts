/**
 * How the rows that facts describe come together from them. Each rule is commutative, associative and idempotent, so
 * facts give the same row in any order and however often they come:
 * - `identity`: the same in each fact; written with the first.
 * - `newest`: the value with the latest provider time; of two with the same time, the greater one.
 * - `earliest`, `latest`: the least and the greatest value.
 * - `state`: a finished status beats an unfinished one; else the later provider time; else the later phase.
 * - `scope`: the greatest number wins and takes the `scoped` columns with it. A run is in the state of its last attempt.
 */
type Rule = 'identity' | 'newest' | 'earliest' | 'latest' | 'state' | 'scope';

export interface Subject {
  table: string;
  columns: Record<string, Rule>;
  /** Columns that belong to the value of the `scope` column, and start anew with a greater one. */
  scoped?: string[];
  /** What a row holds until a fact says it. */
  initial?: Record<string, unknown>;
}

const times = { queued_at: 'earliest', started_at: 'earliest', finished_at: 'latest' } as const;
const external = { source_id: 'identity', external_id: 'identity' } as const;

/** In the order in which they are written: the same for every projector, so that two never wait for each other. */
export const subjects = {
  repository: {
    table: 'repositories',
    columns: { ...external, full_name: 'newest', url: 'newest', default_branch: 'newest' },
  },
  pipeline: {
    table: 'pipelines',
    columns: {
      ...external,
      repository_id: 'newest',
      name: 'newest',
      definition: 'newest',
      url: 'newest',
      last_activity_at: 'latest',
    },
  },
  run: {
    table: 'runs',
    columns: {
      ...external,
      repository_id: 'newest',
      pipeline_id: 'newest',
      number: 'newest',
      title: 'newest',
      trigger: 'newest',
      branch: 'newest',
      commit_sha: 'newest',
      actor: 'newest',
      url: 'newest',
      created_at: 'earliest',
      attempt: 'scope',
      status: 'state',
      ...times,
    },
    scoped: ['status', 'queued_at', 'started_at', 'finished_at'],
    initial: { status: 'queued' },
  },
  attempt: {
    table: 'run_attempts',
    columns: { run_id: 'identity', attempt: 'identity', status: 'state', url: 'newest', ...times },
    initial: { status: 'queued' },
  },
  job: {
    table: 'jobs',
    columns: {
      ...external,
      run_id: 'newest',
      attempt: 'newest',
      name: 'newest',
      status: 'state',
      runner_labels: 'newest',
      runner_name: 'newest',
      runner_group: 'newest',
      url: 'newest',
      created_at: 'earliest',
      ...times,
    },
    initial: { status: 'queued', runner_labels: [] },
  },
  step: {
    table: 'steps',
    columns: {
      job_id: 'identity',
      number: 'identity',
      name: 'newest',
      status: 'state',
      started_at: 'earliest',
      finished_at: 'latest',
    },
    initial: { status: 'queued' },
  },
  service: { table: 'services', columns: { ...external, name: 'newest', repository_id: 'newest' } },
  environment: {
    table: 'environments',
    columns: { source_id: 'identity', service_id: 'identity', name: 'identity', tier: 'identity', url: 'newest' },
  },
  deployment: {
    table: 'deployments',
    columns: {
      ...external,
      service_id: 'newest',
      environment_id: 'newest',
      repository_id: 'newest',
      run_id: 'newest',
      status: 'state',
      ref: 'newest',
      commit_sha: 'newest',
      description: 'newest',
      creator: 'newest',
      log_url: 'newest',
      created_at: 'earliest',
      ...times,
      superseded_at: 'earliest',
    },
    initial: { status: 'queued' },
  },
  change: {
    table: 'changes',
    columns: {
      repository_id: 'identity',
      number: 'identity',
      title: 'newest',
      state: 'newest',
      author: 'newest',
      head_branch: 'newest',
      head_sha: 'newest',
      base_branch: 'newest',
      merge_commit_sha: 'newest',
      commits: 'newest',
      additions: 'newest',
      deletions: 'newest',
      url: 'newest',
      opened_at: 'earliest',
      merged_at: 'earliest',
      closed_at: 'newest',
    },
  },
  commit: {
    table: 'commits',
    columns: {
      repository_id: 'identity',
      sha: 'identity',
      branch: 'newest',
      message: 'newest',
      author: 'newest',
      committed_at: 'earliest',
      url: 'newest',
    },
  },
} satisfies Record<string, Subject>;

export type SubjectName = keyof typeof subjects;
export const SUBJECT_NAMES = Object.keys(subjects) as SubjectName[];
