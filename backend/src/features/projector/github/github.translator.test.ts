import { describe, expect, it } from '@jest/globals';
import { examplesOf, githubEvent, RECEIVED_AT, type Payload } from '../../../../test/github-examples.js';
import type { Fact } from '../fact.js';
import { createGithubTranslator } from './github.translator.js';

const translator = createGithubTranslator((bytes) => JSON.parse(bytes.toString()));
const translate = (type: string, payload: Payload) => translator.translate(githubEvent(type, payload));
const of = <S extends Fact['subject']>(facts: Fact[], subject: S) =>
  facts.filter((fact): fact is Extract<Fact, { subject: S }> => fact.subject === subject);
const named = (type: string) =>
  examplesOf(type).map((payload, index): [string, Payload] => [`${payload.action ?? type} ${index}`, payload]);
const date = (value: string | null | undefined) => (value ? new Date(value) : undefined);

/** What the collected payloads end with, by `status` and `conclusion`. */
const ENDINGS: Record<string, string> = {
  'requested null': 'queued',
  'queued null': 'queued',
  'waiting null': 'waiting',
  'in_progress null': 'running',
  'completed success': 'succeeded',
  'completed failure': 'failed',
  'completed skipped': 'skipped',
  'completed cancelled': 'cancelled',
  'completed neutral': 'neutral',
  'completed action_required': 'action_required',
};
const ending = ({ status, conclusion }: Payload) => ENDINGS[`${status} ${conclusion}`];

const TYPES = [
  'check_run',
  'deployment',
  'deployment_status',
  'ping',
  'pull_request',
  'push',
  'workflow_job',
  'workflow_run',
];

it('handles the events it reads and no others', () => {
  expect(TYPES.every((type) => translator.types.has(type))).toBe(true);
  expect(['star', 'check_suite', 'constructor', ''].some((type) => translator.types.has(type))).toBe(false);
  expect(translate('star', { action: 'created' })).toEqual([]);
});

describe.each(TYPES)('every example of %s', (type) => {
  it.each(named(type))('%s tells of its repository', (_name, payload) => {
    const facts = of(translate(type, payload), 'repository');

    const { repository } = payload;
    expect(facts).toEqual(
      repository
        ? [
            {
              subject: 'repository',
              repository: `${repository.id}`,
              fullName: repository.full_name,
              url: repository.html_url,
              defaultBranch: repository.default_branch,
              at: type === 'ping' ? RECEIVED_AT : expect.any(Date),
            },
          ]
        : [],
    );
  });
});

it('says the same of a repository whenever the event arrives', () => {
  for (const type of TYPES.filter((name) => name !== 'ping')) {
    const event = githubEvent(type, examplesOf(type).at(-1));
    expect(translator.translate({ ...event, receivedAt: new Date(0) })).toEqual(translator.translate(event));
  }
});

it.each(named('workflow_run'))('reads workflow_run %s', (_name, payload) => {
  const facts = translate('workflow_run', payload);

  const { workflow_run: run, workflow, repository } = payload;
  const finished = run.status === 'completed';
  expect(facts.map(({ subject }) => subject)).toEqual(['repository', 'pipeline', 'pipelineRun']);
  expect(of(facts, 'pipeline')).toEqual([
    {
      subject: 'pipeline',
      pipeline: `${workflow.id}`,
      repository: `${repository.id}`,
      name: workflow.name,
      definition: workflow.path,
      url: workflow.html_url,
      at: date(run.updated_at),
    },
  ]);
  expect(of(facts, 'pipelineRun')).toEqual([
    {
      subject: 'pipelineRun',
      run: `${run.id}`,
      attempt: 1,
      status: ending(run),
      pipeline: `${workflow.id}`,
      repository: `${repository.id}`,
      number: run.run_number,
      title: run.display_title ?? run.head_commit.message,
      trigger: run.event,
      branch: run.head_branch,
      commitSha: run.head_sha,
      actor: (run.triggering_actor ?? run.actor)?.login,
      url: run.html_url,
      queuedAt: date(run.created_at),
      startedAt: finished ? date(run.run_started_at) : undefined,
      finishedAt: finished ? date(run.updated_at) : undefined,
      at: date(run.updated_at),
    },
  ]);
});

it.each(named('workflow_job'))('reads workflow_job %s', (_name, payload) => {
  const { workflow_job: job, repository } = payload;
  const facts = translate('workflow_job', payload);

  const status = ending(job);
  const started = job.status === 'in_progress' || job.status === 'completed';
  expect(facts.map(({ subject }) => subject)).toEqual(['repository', 'pipelineRun', 'taskRun']);
  expect(of(facts, 'pipelineRun')).toEqual([
    {
      subject: 'pipelineRun',
      run: `${job.run_id}`,
      // One example is from before jobs named their attempt.
      attempt: job.run_attempt ?? 1,
      status: started ? 'running' : status,
      repository: `${repository.id}`,
      branch: job.head_branch,
      commitSha: job.head_sha,
      startedAt: started ? date(job.started_at) : undefined,
      at: expect.any(Date),
    },
  ]);
  expect(of(facts, 'taskRun')).toEqual([
    {
      subject: 'taskRun',
      job: `${job.id}`,
      run: `${job.run_id}`,
      // One example is from before jobs named their attempt.
      attempt: job.run_attempt ?? 1,
      name: job.name,
      status,
      runnerLabels: job.labels,
      runnerName: job.runner_name ?? undefined,
      runnerGroup: job.runner_group_name ?? undefined,
      url: job.html_url,
      queuedAt: date(job.created_at),
      startedAt: started ? date(job.started_at) : undefined,
      finishedAt: date(job.completed_at),
      steps: job.steps.map((step: Payload) => ({
        number: step.number,
        name: step.name,
        status: ending(step),
        startedAt: date(step.started_at),
        finishedAt: date(step.completed_at),
      })),
      at: expect.any(Date),
    },
  ]);
});

it.each(named('check_run'))('reads check_run %s', (_name, payload) => {
  const facts = translate('check_run', payload);

  const { check_run: check, repository } = payload;
  const byActions = check.app.slug === 'github-actions';
  const begun = check.status !== 'queued';
  const pipeline = `check:${repository.id}:${check.app.id}:${check.name}`;
  expect(of(facts, 'pipeline').map(({ pipeline, name }) => ({ pipeline, name }))).toEqual(
    byActions ? [] : [{ pipeline, name: `${check.app.name} / ${check.name}` }],
  );
  expect(of(facts, 'pipelineRun')).toEqual(
    byActions
      ? []
      : [
          {
            subject: 'pipelineRun',
            run: `check:${check.id}`,
            attempt: 1,
            status: ending(check),
            pipeline,
            repository: `${repository.id}`,
            branch: check.check_suite.head_branch,
            commitSha: check.head_sha,
            url: check.html_url,
            queuedAt: begun ? undefined : date(check.started_at),
            startedAt: begun ? date(check.started_at) : undefined,
            finishedAt: date(check.completed_at),
            at: date(check.completed_at ?? check.started_at),
          },
        ],
  );
});

it.each([...named('deployment'), ...named('deployment_status')])('reads the deployment of %s', (_name, payload) => {
  const facts = translate(payload.deployment_status ? 'deployment_status' : 'deployment', payload);

  const { deployment, deployment_status: said, repository, workflow_run: run } = payload;
  const status = said ? { success: 'succeeded', in_progress: 'running' }[said.state as string] : 'queued';
  expect(of(facts, 'deployment')).toEqual([
    {
      subject: 'deployment',
      deployment: `${deployment.id}`,
      service: `${repository.id}`,
      serviceName: repository.full_name,
      repository: `${repository.id}`,
      environment: deployment.environment,
      run: run ? `${run.id}` : undefined,
      status,
      ref: deployment.ref,
      commitSha: deployment.sha,
      creator: deployment.creator.login,
      logUrl: said?.log_url || said?.target_url || undefined,
      queuedAt: date(deployment.created_at),
      startedAt: status === 'running' ? date(said.created_at) : undefined,
      finishedAt: status === 'succeeded' ? date(said.created_at) : undefined,
      at: date(said ? said.created_at : deployment.updated_at),
    },
  ]);
});

it.each(named('push'))('reads push %s', (_name, payload) => {
  const facts = of(translate('push', payload), 'commit');

  expect(facts).toEqual(
    payload.commits.map((commit: Payload) => ({
      subject: 'commit',
      repository: `${payload.repository.id}`,
      sha: commit.id,
      branch: 'master',
      message: commit.message,
      author: commit.author.username,
      committedAt: date(commit.timestamp),
      url: commit.url,
      at: date(commit.timestamp),
    })),
  );
});

it.each(named('pull_request'))('reads pull_request %s', (_name, payload) => {
  const facts = of(translate('pull_request', payload), 'change');

  const { pull_request: pull } = payload;
  const state = pull.merged_at ? 'merged' : pull.closed_at ? 'abandoned' : 'open';
  expect(facts).toEqual([
    {
      subject: 'change',
      repository: `${payload.repository.id}`,
      number: payload.number,
      title: pull.title,
      state,
      author: pull.user.login,
      headBranch: pull.head.ref,
      headSha: pull.head.sha,
      baseBranch: pull.base.ref,
      mergeCommitSha: state === 'merged' ? pull.merge_commit_sha : undefined,
      commits: pull.commits,
      additions: pull.additions,
      deletions: pull.deletions,
      url: pull.html_url,
      openedAt: date(pull.created_at),
      mergedAt: date(pull.merged_at),
      closedAt: date(pull.closed_at),
      at: date(pull.updated_at),
    },
  ]);
});
