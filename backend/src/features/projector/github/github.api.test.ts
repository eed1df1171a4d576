import { expect, it } from '@jest/globals';
import { deliver } from '../../../../test/github-delivery.js';
import { examplesOf, type Payload } from '../../../../test/github-examples.js';
import { startApi, unique } from '../../../../test/start-api.js';
import { idsIn } from '../subject-id.js';

const { api, connections, project } = startApi();

/** Each example by itself, as the first thing that is ever heard from its source. */
async function sendAlone(type: string, payload: Payload) {
  const { body: source } = await api
    .post('/sources')
    .send({ name: unique('github'), kind: 'github' })
    .expect(201);
  const { body: receipt } = await deliver(api, source, type, payload, 'only').expect(202);
  expect(receipt.outcome).toBe('accepted');
  await project();
  const rowsOf = async (table: string) =>
    (await connections().pool.query(`SELECT * FROM ${table} WHERE source_id = $1`, [source.id])).rows;
  return { sourceId: source.id as string, ids: idsIn(source.id), rowsOf };
}

const named = (type: string) =>
  examplesOf(type).map((payload, index): [string, Payload] => [`${payload.action ?? type} ${index}`, payload]);
const time = (text: string | null | undefined) => (text ? new Date(text).toISOString() : null);
const instant = (text: string | null) => (text === null ? null : new Date(text).toISOString());
const ENDINGS: Record<string, string> = {
  success: 'succeeded',
  failure: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
  neutral: 'neutral',
  action_required: 'action_required',
};
const STATES: Record<string, string> = {
  requested: 'queued',
  queued: 'queued',
  waiting: 'waiting',
  in_progress: 'running',
};
const statusOf = ({ status, conclusion }: Payload) =>
  status === 'completed' ? ENDINGS[conclusion ?? 'neutral'] : STATES[status];

it.each(named('workflow_run'))('shows the run of workflow_run %s', async (_name, payload) => {
  const { workflow_run: run, repository, workflow } = payload;
  const { ids } = await sendAlone('workflow_run', payload);

  const { body } = await api.get(`/runs/${ids.run(String(run.id))}`).expect(200);

  expect(body).toMatchObject({
    externalId: String(run.id),
    pipeline: { id: ids.pipeline(String(run.workflow_id)), name: workflow?.name ?? run.name },
    repository: { fullName: repository.full_name },
    number: run.run_number,
    attempt: run.run_attempt,
    trigger: run.event,
    branch: run.head_branch,
    commitSha: run.head_sha,
    status: statusOf(run),
    url: run.html_url,
    jobs: [],
  });
  expect(instant(body.finishedAt)).toBe(run.status === 'completed' ? time(run.updated_at) : null);
  expect(body.attempts).toMatchObject([{ attempt: run.run_attempt, status: statusOf(run) }]);
});

it.each(named('workflow_job'))(
  'shows the job and its steps of workflow_job %s, before its run is known',
  async (_name, payload) => {
    const { workflow_job: job, repository } = payload;
    const { ids } = await sendAlone('workflow_job', payload);

    const { body: run } = await api.get(`/runs/${ids.run(String(job.run_id))}`).expect(200);

    expect(run).toMatchObject({
      pipeline: null,
      repository: { fullName: repository.full_name },
      branch: job.head_branch ?? null,
    });
    expect(run.jobs).toMatchObject([
      {
        id: ids.job(String(job.id)),
        name: job.name,
        status: statusOf(job),
        runnerLabels: job.labels,
        runnerName: job.runner_name,
        url: job.html_url,
      },
    ]);
    const [shown] = run.jobs;
    expect(instant(shown.finishedAt)).toBe(job.status === 'completed' ? time(job.completed_at) : null);
    expect(shown.steps).toMatchObject(
      job.steps.map((step: Payload) => ({ number: step.number, name: step.name, status: statusOf(step) })),
    );
  },
);

it.each(named('check_run'))('shows the run of check_run %s', async (_name, payload) => {
  const { check_run: check, repository } = payload;
  const { rowsOf } = await sendAlone('check_run', payload);

  const runs = await rowsOf('runs');

  expect((await rowsOf('repositories')).map(({ full_name }) => full_name)).toEqual([repository.full_name]);
  if (check.app?.slug === 'github-actions') expect(runs).toEqual([]);
  else {
    expect(runs).toMatchObject([{ commit_sha: check.head_sha, status: statusOf(check), attempt: 1 }]);
    expect(runs[0].branch).toBe(check.check_suite.head_branch);
  }
});

it.each([...named('deployment'), ...named('deployment_status')])(
  'shows the deployment of %s',
  async (_name, payload) => {
    const { deployment, deployment_status: said, repository } = payload;
    const { ids } = await sendAlone(said ? 'deployment_status' : 'deployment', payload);

    const { body } = await api.get(`/deployments/${ids.deployment(String(deployment.id))}`).expect(200);

    const states: Record<string, string> = {
      success: 'succeeded',
      in_progress: 'running',
      failure: 'failed',
      error: 'failed',
    };
    expect(body).toMatchObject({
      externalId: String(deployment.id),
      service: { name: repository.full_name },
      environment: { name: deployment.environment },
      repository: { fullName: repository.full_name },
      status: said ? (states[said.state] ?? 'queued') : 'queued',
      ref: deployment.ref,
      commitSha: deployment.sha,
      creator: deployment.creator.login,
    });
    const { body: environments } = await api
      .get(`/environments?service=${ids.service(String(repository.id))}`)
      .expect(200);
    expect(environments.items).toMatchObject([{ name: deployment.environment, latestDeployment: { id: body.id } }]);
  },
);

it.each(named('push'))('shows the commits of push %s', async (_name, payload) => {
  const { ids } = await sendAlone('push', payload);

  const { body } = await api
    .get(`/commits?limit=100&repository=${ids.repository(String(payload.repository.id))}`)
    .expect(200);

  const toBranch = payload.ref.startsWith('refs/heads/') && !payload.deleted;
  const expected = toBranch ? payload.commits : [];
  expect(body.items.map(({ sha }: Payload) => sha).sort()).toEqual(expected.map(({ id }: Payload) => id).sort());
  for (const commit of expected) {
    expect(body.items).toContainEqual(
      expect.objectContaining({
        message: commit.message.split('\n')[0],
        branch: payload.ref.slice('refs/heads/'.length),
        author: commit.author.username ?? commit.author.name,
      }),
    );
  }
});

it.each(named('pull_request'))('shows the change of pull_request %s', async (_name, payload) => {
  const { pull_request: pull, repository } = payload;
  const { ids } = await sendAlone('pull_request', payload);

  const { body } = await api.get(`/changes?repository=${ids.repository(String(repository.id))}`).expect(200);

  expect(body.items).toMatchObject([
    {
      repository: { fullName: repository.full_name },
      number: pull.number,
      title: pull.title,
      state: pull.merged_at ? 'merged' : pull.state === 'closed' ? 'abandoned' : 'open',
      author: pull.user.login,
      headSha: pull.head.sha,
      baseBranch: pull.base.ref,
    },
  ]);
  expect(instant(body.items[0].openedAt)).toBe(time(pull.created_at));
  expect(instant(body.items[0].mergedAt)).toBe(time(pull.merged_at));
});

it.each(named('ping'))('takes ping %s', async (_name, payload) => {
  const { rowsOf } = await sendAlone('ping', payload);

  const expected = payload.repository ? [payload.repository.full_name] : [];
  expect((await rowsOf('repositories')).map(({ full_name }) => full_name)).toEqual(expected);
});
