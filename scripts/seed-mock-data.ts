/**
 * Sends 90 days of mock history to a running Pitwall (`PITWALL_URL`, http://localhost:8000 unless set). Sent again, it
 * counts nothing twice; sent later, it adds what happened since.
 *
 *   --seed N      another past (42)
 *   --until TIME  where it ends, ISO 8601 (the full hour before now)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HOUR_MS } from './mock-data/calendar.js';
import { mockHistory } from './mock-data/history.js';
import { startProgress } from './mock-data/progress.js';
import { SOURCE } from './mock-data/record.js';
import { sendRecords, untilProjected } from './mock-data/sender.js';
import { runScript, type PitwallClient } from './pitwall-client.js';

const IN_FLIGHT = 3;
const MAX_SEED = 1_000_000;

const { values } = parseArgs({ options: { seed: { type: 'string', default: '42' }, until: { type: 'string' } } });
const seed = Number(values.seed);
const until = values.until === undefined ? Math.floor(Date.now() / HOUR_MS) * HOUR_MS : Date.parse(values.until);

if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
  console.error(`--seed takes a whole number from 0 to ${MAX_SEED}.`);
  process.exitCode = 1;
} else if (Number.isNaN(until)) {
  console.error('--until takes a time in ISO 8601, such as 2026-01-31T12:00:00Z.');
  process.exitCode = 1;
} else await runScript(seedMockData);

async function seedMockData(client: PitwallClient): Promise<void> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const history = mockHistory({ seed, until });
  const { repositories, pipelines, runs } = history;

  const made = { runs: 0, attempts: 0, deployments: 0, from: new Date(until).toISOString() };
  const counted = function* () {
    for (const record of history.records()) {
      if (record.type === 'deployment') made.deployments++;
      else made.attempts++;
      if (record.data.attempt === 1) made.runs++;
      const queuedAt = String(record.data.queued_at);
      if (queuedAt < made.from) made.from = queuedAt;
      yield record;
    }
  };
  const sending = startProgress('Sending', runs, process.stdout);
  const receipt = await sendRecords(counted(), client, {
    inFlight: IN_FLIGHT,
    onSent: () => sending.update(made.runs),
  });
  sending.stop();
  const sentAfter = seconds();

  const total = made.attempts + made.deployments;
  const projecting = startProgress('Projecting', total, process.stdout);
  await untilProjected(client, sleep, (pending) => projecting.update(Math.max(0, total - pending)));
  projecting.stop();

  console.log(`
${repositories} repositories, ${pipelines} pipelines, ${runs} runs in ${made.attempts} attempts, ${made.deployments} deployments
from ${made.from} to ${new Date(until).toISOString()}, seed ${seed}, source ${SOURCE}
${receipt.accepted} records were new, ${receipt.duplicates} were there already
sent in ${sentAfter} s, all projected after ${seconds()} s
`);
  if (receipt.accepted === 0)
    console.log('Nothing was new. Later there will be more, and another --seed has another past.');
  console.log(`See ${client.url}/ and ${client.url}/api/v1/pipelines`);
}
