import { closeAccess, openAccess } from './access.ts';
import {
  bearer,
  check,
  deleteRequest,
  fieldsOf,
  getRequest,
  itemsOf,
  leaveOut,
  postRequest,
  send,
  textIn,
} from './exchange.ts';
import type { ApiAnswer, Headers, Script, Sign } from './exchange.ts';
import { peopleRound } from './functional-people.ts';
import { webhookRequest } from './github-run.ts';
import { openHookSource } from './hook-source.ts';
import { RECORD_SOURCE, runRecord } from './mix.ts';
import { awaitItem, hidePipelines, isOfTest, markOf, pipelinesNamed } from './projection.ts';
import type { Settings } from './settings.ts';

const LISTS =
  'pipelines runs jobs deployments environments repositories changes commits sources ingest/recent ingest/quarantine'.split(
    ' ',
  );
const DETAILS = ['pipelines', 'runs', 'deployments'];

/** One user, one round through what the API lets one do; every answer is checked. Leaves nothing on the wall. */
export function* functionalRound(settings: Settings, sign: Sign, now: number): Script<void> {
  yield* healthRound();
  const access = yield* openAccess(settings);
  const headers = bearer(access.token);
  // Tells what this round makes from what others made.
  const mark = markOf('functional', now);
  try {
    yield* readingRound(headers);
    yield* pipelineRound(headers, access.token, mark, now);
    yield* sourceRound(headers, mark);
    yield* webhookRound(headers, access.token, sign, mark, now);
    if (access.account) yield* peopleRound(access.account, mark);
    else yield* leaveOut('signing in, tokens, users: no PITWALL_EMAIL and PITWALL_PASSWORD');
  } finally {
    yield* hidePipelines(mark, headers);
    yield* closeAccess(access);
  }
}

function* healthRound(): Script<void> {
  yield* send(getRequest('liveness', '/health/live', {}));
  yield* send(getRequest('liveness (healthz)', '/healthz', {}));
  yield* send(getRequest('readiness', '/health/ready', {}));
  const { checks } = fieldsOf(yield* send(getRequest('health', '/health', {})));
  yield* check('health names its parts', typeof checks === 'object' && checks !== null && 'database' in checks);
}

function* readingRound(headers: Headers): Script<void> {
  for (const list of LISTS) {
    const answer = yield* send(getRequest(`list ${list}`, `/api/v1/${list}`, headers));
    yield* check(`list ${list}: items`, Array.isArray(fieldsOf(answer).items));
    const first = itemsOf(answer).find((item) => !isOfTest(item));
    if (first === undefined || !DETAILS.includes(list)) continue;
    const one = yield* send(getRequest(`one of ${list}`, `/api/v1/${list}/${String(first.id)}`, headers));
    yield* check(`one of ${list}: the one asked for`, fieldsOf(one).id === first.id);
  }
  const stats = yield* send(getRequest('count what was taken in', '/api/v1/ingest/stats', headers));
  yield* check('count what was taken in: a total', typeof fieldsOf(stats).total === 'number');
  yield* send(getRequest('list runs without a credential', '/api/v1/runs', {}, [401]));
}

/** Makes a pipeline, reads, changes and deletes it; meanwhile a record becomes its run. */
function* pipelineRound(headers: Headers, token: string, mark: string, now: number): Script<void> {
  const wanted = { name: mark, source: RECORD_SOURCE, description: 'Made by the functional test.' };
  const made = yield* send(postRequest('make a pipeline', '/api/v1/pipelines', headers, wanted));
  const path = `/api/v1/pipelines/${textIn(made, 'id', 'make a pipeline')}`;
  yield* send(postRequest('make it again', '/api/v1/pipelines', headers, wanted, [409]));
  yield* checkField('read the pipeline', yield* send(getRequest('read the pipeline', path, headers)), 'name', mark);
  const body = JSON.stringify({ displayName: 'Load test' });
  const type = { 'Content-Type': 'application/json' };
  const change = {
    name: 'change the pipeline',
    method: 'PATCH',
    path,
    headers: { ...headers, ...type },
    body,
  } as const;
  yield* send({ ...change, expected: [200] });
  const changed = yield* send(getRequest('read the changed pipeline', path, headers));
  yield* checkField('read the changed pipeline', changed, 'displayName', 'Load test');

  const record = runRecord('hand in a record', token, mark, 1, true, now);
  yield* checkField('hand in a record', yield* send(record), 'accepted', 1);
  const again = yield* send({ ...record, name: 'hand it in again' });
  yield* checkField('hand it in again', again, 'duplicates', 1);
  const runs = `/api/v1/runs?pipeline=${textIn(made, 'id', 'make a pipeline')}`;
  const run = yield* awaitItem('the run of the record', runs, headers, ({ status }) => status === 'succeeded');
  if (run !== undefined) {
    const answer = yield* send(getRequest('read its run', `/api/v1/runs/${run}`, headers));
    const { jobs } = fieldsOf(answer);
    yield* check('read its run: two jobs', Array.isArray(jobs) && jobs.length === 2);
  }

  yield* send(deleteRequest('delete the pipeline', path, headers));
  yield* send(getRequest('read the deleted pipeline', path, headers, [404]));
}

function* sourceRound(headers: Headers, mark: string): Script<void> {
  const wanted = { name: mark.replace(' ', '-'), kind: 'github' };
  const made = yield* send(postRequest('make a source', '/api/v1/sources', headers, wanted));
  const path = `/api/v1/sources/${textIn(made, 'id', 'make a source')}`;
  const read = yield* send(getRequest('read the source', path, headers));
  yield* checkField('read the source', read, 'name', wanted.name);
  yield* check('read the source: no secret', !('secret' in fieldsOf(read)));
  const renewed = yield* send(postRequest('renew its secret', `${path}/rotate-secret`, headers, {}, [200]));
  yield* check('renew its secret: another', fieldsOf(renewed).secret !== fieldsOf(made).secret);
  yield* send(deleteRequest('delete the source', path, headers));
  yield* send(getRequest('read the deleted source', path, headers, [404]));
}

function* webhookRound(headers: Headers, token: string, sign: Sign, mark: string, now: number): Script<void> {
  const runs = { ...(yield* openHookSource(token, sign)), workflowId: now * 1000, workflowName: `${mark} (webhooks)` };
  const webhook = webhookRequest(runs, 2, sign, now);
  const forged = webhookRequest({ ...runs, secret: 'not the secret' }, 2, sign, now);
  yield* send({ ...forged, name: 'send a forged webhook', expected: [401] });
  yield* checkField('send a webhook', yield* send(webhook), 'outcome', 'accepted');
  const again = yield* send({ ...webhook, name: 'send it again' });
  yield* checkField('send it again', again, 'outcome', 'duplicate');
  const pipeline = yield* awaitItem('the pipeline of the webhook', pipelinesNamed(runs.workflowName), headers);
  if (pipeline === undefined) return;
  const answer = yield* send(getRequest('list its runs', `/api/v1/runs?pipeline=${pipeline}`, headers));
  yield* check('list its runs: it succeeded', itemsOf(answer)[0]?.status === 'succeeded');
}

function* checkField(what: string, answer: ApiAnswer, field: string, expected: unknown): Script<void> {
  yield* check(`${what}: ${field}`, fieldsOf(answer)[field] === expected);
}
