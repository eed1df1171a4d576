import type { ApiRequest, Sign } from './exchange.ts';

/** What the webhooks of one test speak of. */
export interface GithubRuns {
  readonly hookPath: string;
  readonly secret: string;
  /** Of the workflow, and so of the pipeline that is projected. */
  readonly workflowId: number;
  readonly workflowName: string;
}

export const REPOSITORY = 'pitwall/load-test';
/** Of the repository, as GitHub numbers them; always the same, so that each test adds to one row. */
const REPOSITORY_ID = 990000001;
const ACTIONS = ['requested', 'in_progress', 'completed'] as const;
const RUN_SECONDS = 90;
/** How long before it is sent that happened which each action tells. */
const SECONDS_BEFORE = { requested: RUN_SECONDS, in_progress: RUN_SECONDS - 30, completed: 0 };

/** The links a repository has in every payload; they are most of its bytes. */
const LINKS =
  'forks keys teams hooks events tags languages stargazers contributors subscribers subscription merges downloads deployments'.split(
    ' ',
  );
const TEMPLATES =
  'issue_events:issues/events assignees:assignees branches:branches blobs:git/blobs git_tags:git/tags git_refs:git/refs trees:git/trees statuses:statuses commits:commits git_commits:git/commits comments:comments issue_comment:issues/comments contents:contents compare:compare archive:zipball issues:issues pulls:pulls milestones:milestones notifications:notifications labels:labels releases:releases'.split(
    ' ',
  );

/**
 * The `sequence`-th webhook: three tell one run, which is asked for, begins and succeeds. Its fields and headers are those
 * of https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run.
 */
export function webhookRequest(runs: GithubRuns, sequence: number, sign: Sign, now: number): ApiRequest {
  const action = ACTIONS[sequence % ACTIONS.length] as (typeof ACTIONS)[number];
  const body = JSON.stringify(payload(runs, action, Math.floor(sequence / ACTIONS.length), now));
  return {
    name: 'send a webhook',
    method: 'POST',
    path: runs.hookPath,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'GitHub-Hookshot/load-test',
      'X-GitHub-Event': 'workflow_run',
      'X-GitHub-Delivery': `${runs.workflowId}-${sequence}`,
      'X-Hub-Signature-256': `sha256=${sign(runs.secret, body)}`,
    },
    body,
    expected: [202],
  };
}

function payload(runs: GithubRuns, action: (typeof ACTIONS)[number], run: number, now: number): object {
  const id = runs.workflowId + 1 + run;
  const web = `https://github.com/${REPOSITORY}`;
  const api = `https://api.github.com/repos/${REPOSITORY}`;
  const time = (second: number) => new Date(now + second * 1000).toISOString();
  const sha = id.toString(16).padStart(40, '0');
  const finished = action === 'completed';
  const repository = repositoryPart(web, api);
  return {
    action,
    workflow_run: {
      id,
      name: runs.workflowName,
      node_id: `WFR_${id}`,
      head_branch: 'main',
      head_sha: sha,
      path: '.github/workflows/load-test.yml',
      display_title: `Load test ${run + 1}`,
      run_number: run + 1,
      event: 'push',
      status: action === 'requested' ? 'queued' : action,
      conclusion: finished ? 'success' : null,
      workflow_id: runs.workflowId,
      check_suite_id: id,
      url: `${api}/actions/runs/${id}`,
      html_url: `${web}/actions/runs/${id}`,
      pull_requests: [],
      created_at: time(-RUN_SECONDS),
      run_started_at: time(-RUN_SECONDS),
      updated_at: time(-SECONDS_BEFORE[action]),
      actor: account(),
      triggering_actor: account(),
      run_attempt: 1,
      referenced_workflows: [],
      jobs_url: `${api}/actions/runs/${id}/jobs`,
      logs_url: `${api}/actions/runs/${id}/logs`,
      artifacts_url: `${api}/actions/runs/${id}/artifacts`,
      head_commit: { id: sha, tree_id: sha, message: `Load test ${run + 1}`, timestamp: time(-RUN_SECONDS) },
      repository,
      head_repository: repository,
    },
    workflow: {
      id: runs.workflowId,
      name: runs.workflowName,
      path: '.github/workflows/load-test.yml',
      state: 'active',
      html_url: `${web}/blob/main/.github/workflows/load-test.yml`,
    },
    repository: { ...repository, default_branch: 'main', visibility: 'private' },
    sender: account(),
  };
}

function repositoryPart(web: string, api: string): object {
  const [owner, name] = REPOSITORY.split('/');
  const links: Record<string, string> = { url: api, html_url: web };
  for (const link of LINKS) links[`${link}_url`] = `${api}/${link}`;
  for (const template of TEMPLATES) {
    const [field, path] = template.split(':');
    links[`${field}_url`] = `${api}/${path}{/id}`;
  }
  return {
    id: REPOSITORY_ID,
    name,
    full_name: REPOSITORY,
    private: true,
    owner: { ...account(), login: owner },
    ...links,
  };
}

function account(): object {
  const api = 'https://api.github.com/users/load-test';
  return {
    login: 'load-test',
    id: 990000002,
    type: 'User',
    site_admin: false,
    url: api,
    html_url: 'https://github.com/load-test',
    followers_url: `${api}/followers`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
  };
}
