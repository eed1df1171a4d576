/**
 * Replays real GitHub webhooks to a running Pitwall (`PITWALL_URL`, http://localhost:8000 unless set), signed as GitHub
 * signs them, and then one run that is under way.
 *
 *   --fast     without a pause between the examples
 *   --no-live  without the run at the end
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { deliveryOf, exampleDeliveries, type Delivery } from './demo/examples.js';
import { liveRun } from './demo/live-run.js';
import { sendDelivery, type Outcome } from './demo/send-delivery.js';
import { demoSource, type DemoSource } from './demo/source.js';
import { runScript, type PitwallClient } from './pitwall-client.js';

const SOURCE_NAME = 'demo-github';
const PAUSE_MS = 200;
/** For how long another process of Pitwall may remember the secret before this one. */
const SECRET_SEEN_MS = 1_100;

const { values: options } = parseArgs({
  options: { fast: { type: 'boolean', default: false }, 'no-live': { type: 'boolean', default: false } },
});

await runScript(async (client) => {
  const source = await demoSource(client, SOURCE_NAME);
  await sleep(SECRET_SEEN_MS);
  console.log(`Sending to ${client.url}/api/v1/hooks/${source.name}. Open ${client.url}/ to watch.\n`);
  const outcomes = await replay(client, source);
  if (!options['no-live']) await playLiveRun(client, source);
  tellWhatIsThere(client, outcomes);
});

type Outcomes = Record<Outcome, number>;

async function replay(client: PitwallClient, source: DemoSource): Promise<Outcomes> {
  const outcomes: Outcomes = { accepted: 0, duplicate: 0 };
  for (const delivery of exampleDeliveries()) {
    const outcome = await sendDelivery(client, source, delivery);
    outcomes[outcome]++;
    tell(delivery, outcome);
    if (!options.fast) await sleep(PAUSE_MS);
  }
  return outcomes;
}

async function playLiveRun(client: PitwallClient, source: DemoSource): Promise<void> {
  const start = Date.now();
  const { repository, moments } = liveRun(new Date(start));
  console.log(`\nA run of ${repository} is under way; it takes ${moments.at(-1)?.second} s.`);
  for (const { second, event, payload } of moments) {
    await sleep(Math.max(0, start + second * 1000 - Date.now()));
    const delivery = deliveryOf(event, payload);
    tell(delivery, await sendDelivery(client, source, delivery));
  }
}

function tell({ event, payload }: Delivery, outcome: string): void {
  const { action, repository } = payload;
  const { name, status } = (payload.workflow_job ?? payload.workflow_run ?? payload.check_run ?? {}) as {
    name?: string;
    status?: string;
  };
  const what = [action, name && status && `${name} ${status}`].filter(Boolean).join(', ');
  console.log(`${event.padEnd(18)} ${what.padEnd(60)} ${(repository?.full_name ?? '').padEnd(34)} ${outcome}`);
}

function tellWhatIsThere({ url }: PitwallClient, { accepted, duplicate }: Outcomes): void {
  console.log(`\n${accepted} examples were new, ${duplicate} were known and not counted again.`);
  if (duplicate === 0) console.log('Run it again: each delivery keeps its id, so none will count twice.');
  console.log(`
What came of them:
  ${url}/                      the pipelines, live
  ${url}/api/v1/pipelines      as JSON
  ${url}/api/v1/runs           runs with their attempts, jobs and steps
  ${url}/api/v1/deployments    what went where
  ${url}/api/v1/ingest/stats   what was taken in
  ${url}/api/docs              everything else`);
}
