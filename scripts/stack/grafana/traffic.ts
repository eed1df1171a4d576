import { setTimeout as sleep } from 'node:timers/promises';
import { exampleDeliveries } from '../../demo/examples.js';
import { liveRun } from '../../demo/live-run.js';
import { sendDelivery } from '../../demo/send-delivery.js';
import { demoSource } from '../../demo/source.js';
import { mockHistory } from '../../mock-data/history.js';
import { PitwallClient } from '../../pitwall-client.js';
import type { Target } from '../../checks/target.js';

const TICK_MS = 200;
const RUNS = 150;
/** Another past than the one that a target begins with, so that its records are news. */
const SEED = 7;

/**
 * So many seconds of a little of everything: reads, records, webhooks, some sent twice, some that are refused or cannot be
 * read, and requests for what is not there. Begins on a schedule, whatever the answers do; throws where one is not as meant.
 */
export async function sendTraffic(target: Target, seconds: number): Promise<number> {
  const client = new PitwallClient(target.url, target.token);
  const source = await demoSource(client, 'dashboards');
  const page = new AbortController();
  await fetch(`${target.url}/api/v1/live`, { headers: target.headers, signal: page.signal });

  const ticks = Math.floor((seconds * 1000) / TICK_MS);
  const records = [...mockHistory({ seed: SEED, until: Date.now(), runs: RUNS }).records()];
  const perTick = Math.ceil(records.length / ticks);
  const { moments } = liveRun(new Date());
  const deliveries = [
    ...moments.map(({ event, payload }, index) => ({ event, payload, id: `dashboards-${index}` })),
    ...exampleDeliveries().map((delivery) => ({ ...delivery, id: `again-${delivery.id}` })),
  ];
  const wrong = { ...source, secret: 'not the secret of this source' };
  const status = async (expected: number, path: string, headers: Record<string, string> = target.headers) => {
    const answer = await fetch(`${target.url}${path}`, { headers });
    await answer.arrayBuffer();
    if (answer.status !== expected) throw new Error(`${path} answered ${answer.status}, not ${expected}.`);
  };

  const everyTick = (tick: number): Promise<unknown>[] => {
    const batch = records.slice(tick * perTick, (tick + 1) * perTick);
    const delivery = deliveries[tick % deliveries.length];
    if (!delivery) throw new Error('There is nothing to deliver.');
    return [
      client.request('/pipelines'),
      client.request('/runs?limit=20'),
      ...(batch.length > 0
        ? [
            client.request('/ingest/batch', {
              method: 'POST',
              body: `[${batch.map((r) => JSON.stringify(r)).join(',')}]`,
            }),
          ]
        : []),
      // Once around, and what is sent is known already.
      sendDelivery(client, source, delivery),
      ...(tick % 5 === 0
        ? [status(200, '/health/ready'), status(404, '/api/v1/runs/00000000-0000-0000-0000-000000000000')]
        : []),
      ...(tick % 10 === 0 ? [status(401, '/api/v1/pipelines', {}), refused(client, wrong, delivery)] : []),
    ];
  };
  const sent: Promise<unknown>[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    sent.push(...everyTick(tick));
    await sleep(TICK_MS);
  }
  page.abort();
  await Promise.all(sent);
  return sent.length;
}

async function refused(...[client, source, delivery]: Parameters<typeof sendDelivery>): Promise<void> {
  const outcome = await sendDelivery(client, source, delivery).catch(() => 'refused');
  if (outcome !== 'refused') throw new Error(`A delivery with a wrong signature was ${outcome}.`);
}
