import type { Account } from './settings.ts';
import { bearer, getRequest, postRequest, type ApiRequest, type Sign } from './exchange.ts';
import { webhookRequest, type GithubRuns } from './github-run.ts';

/** What the load scenario needs to know of the service; plain data, which k6 hands from `setup` to its users as JSON. */
export interface LoadPlan {
  readonly token: string;
  readonly account: Account | null;
  /** Names the pipeline of the records. */
  readonly pipeline: string;
  readonly runs: GithubRuns;
  /** What there is to read one by one. */
  readonly ids: {
    readonly pipelines: readonly string[];
    readonly runs: readonly string[];
    readonly deployments: readonly string[];
  };
}

export const RECORD_SOURCE = 'load-test';

/**
 * Twenty requests in the order they are sent in, over and over: 12 (60 %) read lists and details, 5 (25 %) hand in a
 * record, 2 (10 %) are webhooks, 1 (5 %) is about who is signed in. Both runners send the same n-th request.
 */
const CYCLE =
  'read read record read read hook read record read read record read who read record read read hook record read';
const KINDS = CYCLE.split(' ');

const READS = 12;

type Named = readonly [name: string, path: string];

export function loadRequest(plan: LoadPlan, n: number, sign: Sign, now: number): ApiRequest {
  const place = n % KINDS.length;
  const kind = KINDS[place] as string;
  const inCycle = (end: number) => KINDS.slice(0, end).filter((other) => other === kind).length;
  // How many of its kind were sent before.
  const sequence = Math.floor(n / KINDS.length) * inCycle(KINDS.length) + inCycle(place);
  if (kind === 'hook') return webhookRequest(plan.runs, sequence, sign, now);
  if (kind === 'record') return recordRequest(plan, sequence, now);
  if (kind === 'who') return accountRequest(plan, sequence);
  return readRequest(plan, sequence);
}

function readRequest({ token, ids }: LoadPlan, sequence: number): ApiRequest {
  const round = Math.floor(sequence / READS);
  const one = (name: string, of: keyof LoadPlan['ids'], instead: Named): Named => {
    const id = ids[of][round % Math.max(1, ids[of].length)];
    return id === undefined ? instead : [name, `/${of}/${id}`];
  };
  const listPipelines: Named = ['list pipelines', '/pipelines?limit=20'];
  const listRuns: Named = ['list runs', '/runs?limit=20'];
  const listDeployments: Named = ['list deployments', '/deployments?limit=20'];
  const reads: readonly Named[] = [
    listPipelines,
    listRuns,
    one('read a run', 'runs', listRuns),
    ['list jobs', '/jobs?limit=20'],
    one('read a pipeline', 'pipelines', listPipelines),
    listDeployments,
    ['list environments', '/environments?limit=20'],
    ['list failed runs', '/runs?limit=20&status=failed'],
    one('read a deployment', 'deployments', listDeployments),
    ['list changes', '/changes?limit=20'],
    ['search pipelines', '/pipelines?limit=20&q=test'],
    ['count what was taken in', '/ingest/stats'],
  ];
  const [name, path] = reads[sequence % READS] as Named;
  return getRequest(name, `/api/v1${path}`, bearer(token));
}

/** Two records tell one run: it is running, it succeeded. */
function recordRequest({ token, pipeline }: LoadPlan, sequence: number, now: number): ApiRequest {
  const run = Math.floor(sequence / 2) + 1;
  return runRecord('hand in a record', token, pipeline, run, sequence % 2 === 1, now);
}

export function runRecord(
  name: string,
  token: string,
  pipeline: string,
  run: number,
  finished: boolean,
  now: number,
): ApiRequest {
  const time = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
  const record = {
    type: 'pipeline_run',
    source: RECORD_SOURCE,
    id: `${pipeline}-${run}-${finished ? 'finished' : 'running'}`.replace(/ /g, '-'),
    data: {
      pipeline,
      run_id: String(run),
      number: run,
      title: `Load test ${run}`,
      trigger: 'push',
      branch: 'main',
      actor: 'load-test',
      status: finished ? 'succeeded' : 'running',
      queued_at: time(95),
      started_at: time(90),
      ...(finished && { finished_at: time(0) }),
      jobs: [
        { name: 'build', status: 'succeeded', queued_at: time(95), started_at: time(90), finished_at: time(45) },
        {
          name: 'test',
          status: finished ? 'succeeded' : 'running',
          queued_at: time(45),
          started_at: time(44),
          ...(finished && { finished_at: time(0) }),
        },
      ],
    },
  };
  return postRequest(name, '/api/v1/ingest', bearer(token), record, [202]);
}

/**
 * Every other one signs in, where there is an account: as a browser, whose session ends by itself within the hour. A
 * sign-in that succeeds is not counted against the limit of attempts.
 */
function accountRequest({ token, account }: LoadPlan, sequence: number): ApiRequest {
  if (account === null || sequence % 2 === 0) return getRequest('who am I', '/api/v1/auth/me', bearer(token));
  const { email, password } = account;
  return postRequest('sign in', '/api/v1/auth/login', {}, { email, password, kind: 'session' }, [200]);
}

/** All names that the load scenario may send. */
export const LOAD_REQUEST_NAMES: readonly string[] = [
  'list pipelines',
  'list runs',
  'read a run',
  'list jobs',
  'read a pipeline',
  'list deployments',
  'list environments',
  'list failed runs',
  'read a deployment',
  'list changes',
  'search pipelines',
  'count what was taken in',
  'hand in a record',
  'send a webhook',
  'who am I',
  'sign in',
];
