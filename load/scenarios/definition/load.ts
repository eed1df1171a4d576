import { closeAccess, openAccess, type Access } from './access.ts';
import { bearer, getRequest, itemsOf, leaveOut, send, type Headers, type Script, type Sign } from './exchange.ts';
import { openHookSource } from './hook-source.ts';
import type { LoadPlan } from './mix.ts';
import { awaitProjector, hidePipelines, isOfTest, markOf } from './projection.ts';
import type { Settings } from './settings.ts';

/** What `closeLoad` needs, beside the plan. */
export interface PreparedLoad {
  readonly plan: LoadPlan;
  readonly access: Access;
}

const DETAILS = 20;
const SECOND_IDS = 1000000;

/** Before the load: lets itself in, connects the source of the webhooks, and looks what there is to read. */
export function* openLoad(settings: Settings, sign: Sign, now: number): Script<PreparedLoad> {
  const access = yield* openAccess(settings);
  const headers = bearer(access.token);
  const source = yield* openHookSource(access.token, sign);
  if (access.account === null) yield* leaveOut('signing in: no PITWALL_EMAIL and PITWALL_PASSWORD');
  const ids = {
    pipelines: yield* idsOf('pipelines', headers),
    runs: yield* idsOf('runs', headers),
    deployments: yield* idsOf('deployments', headers),
  };
  const workflowId = Math.floor(now / 1000) * SECOND_IDS;
  const pipeline = markOf('load', now);
  const runs = { ...source, workflowId, workflowName: `${pipeline} (webhooks)` };
  return { access, plan: { token: access.token, account: access.account, pipeline, runs, ids } };
}

/** After the load: waits until what was handed in is projected, and takes it off the wall. */
export function* closeLoad({ plan, access }: PreparedLoad): Script<void> {
  const headers = bearer(access.token);
  yield* awaitProjector(headers);
  // The name of the webhooks' pipeline begins with that of the records'.
  yield* hidePipelines(plan.pipeline, headers);
  yield* closeAccess(access);
}

function* idsOf(list: 'pipelines' | 'runs' | 'deployments', headers: Headers): Script<string[]> {
  const answer = yield* send(getRequest(`list ${list}`, `/api/v1/${list}?limit=${DETAILS}`, headers));
  const ids = itemsOf(answer)
    .filter((item) => !isOfTest(item))
    .map(({ id }) => String(id));
  if (ids.length === 0) yield* leaveOut(`reading ${list} one by one: there are none yet`);
  return ids;
}
