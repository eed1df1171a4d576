import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BACKEND, compileBackend } from '../service/compiled-backend.js';
import { UNREACHED_LIMITS } from '../service/credentials.js';
import { makeDataFolder } from '../service/data-folder.js';
import { freePort, PitwallProcess } from '../service/pitwall.js';
import { killPostgres, planCrashes, type Crash } from './crashes.js';
import { Ledger } from './ledger.js';
import { readOutcome, type Outcome } from './outcome.js';
import { Sender } from './sender.js';

const PER_SECOND = 1_000;
const SECONDS = 34;
/** The last part is without a crash. */
const CRASHES_WITHIN_MS = 30_000;
/** Fewer would prove nothing. */
const LEAST_ACKNOWLEDGED = 20_000;
const RESTART_TIMEOUT_MS = 15_000;
const RESTART_PAUSE_MS = 250;
const PROJECTION_TIMEOUT_MS = 20_000;
const SHOWN = 5;

const { values } = parseArgs({
  options: { seed: { type: 'string' }, 'prove-it-can-fail': { type: 'boolean', default: false } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const say = (line: string) => void process.stdout.write(`${line}\n`);

const program = compileBackend();
const folder = await makeDataFolder('durability');
const port = await freePort();
const startPitwall = () =>
  PitwallProcess.start({
    command: [program],
    cwd: BACKEND,
    port,
    environment: { PITWALL_DATA_DIR: folder.path, ...UNREACHED_LIMITS },
    logFile: join(folder.path, 'pitwall.log'),
  });

let pitwall = await startPitwall();
process.once('SIGINT', () => void pitwall.stop().then(() => process.exit(1)));
const ledger = new Ledger();
const headers = { authorization: `Bearer ${(await readFile(join(folder.path, 'token'), 'utf8')).trim()}` };
const sender = new Sender(port, headers, ledger);
try {
  say(`Sending ${PER_SECOND} events a second for ${SECONDS} s, with crashes of seed ${seed} ...`);
  const sending = sender.send(PER_SECOND, SECONDS);
  const begun = performance.now();
  for (const crash of planCrashes(seed, CRASHES_WITHIN_MS)) {
    await sleep(Math.max(0, begun + crash.at - performance.now()));
    await crashAndRestart(crash, begun);
  }
  await sending;
  await retryHalf();
  await untilProjected();
  await pitwall.stop();
  report(await readOutcome(folder.path, ledger, values['prove-it-can-fail']));
} finally {
  sender.close();
  await pitwall.stop();
  await folder.remove();
}

async function crashAndRestart({ database }: Crash, begun: number): Promise<void> {
  const at = ((performance.now() - begun) / 1000).toFixed(1);
  if (database) killPostgres(folder.path);
  await pitwall.kill();
  const killed = performance.now();
  const starts = await startAgain();
  const back = ((performance.now() - killed) / 1000).toFixed(1);
  say(
    `  ${at} s: kill -9 of Pitwall${database ? ' and of PostgreSQL' : ''}, back after ${back} s${starts > 1 ? ` at the ${starts}. start` : ''}`,
  );
  await retryHalf();
}

/** As a supervisor does. */
async function startAgain(): Promise<number> {
  const deadline = Date.now() + RESTART_TIMEOUT_MS;
  for (let starts = 1; ; starts++, await sleep(RESTART_PAUSE_MS)) {
    try {
      pitwall = await startPitwall();
      return starts;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** As senders do that heard nothing. The others stay uncertain, which must not make them count twice either. */
async function retryHalf(): Promise<void> {
  const ids = ledger.unacknowledged.filter((id) => Number(id.at(-1)) % 2 === 0);
  const duplicates = await sender.retry(ids);
  say(`  ${ids.length} events without an answer were sent again; ${duplicates} of them were there already`);
}

async function untilProjected(): Promise<void> {
  for (const deadline = Date.now() + PROJECTION_TIMEOUT_MS; Date.now() < deadline; await sleep(50)) {
    const stats = await (await fetch(`http://127.0.0.1:${port}/api/v1/ingest/stats`, { headers })).json();
    if ((stats as { pending: number }).pending === 0) return;
  }
  throw new Error(`Events still wait to be projected after ${PROJECTION_TIMEOUT_MS / 1000} s.`);
}

function report(outcome: Outcome): void {
  const { sent, acknowledged, lost, duplicated, unexpected, recovered, runs, wrongRuns } = outcome;
  say(
    `sent ${sent}, acknowledged ${acknowledged}, lost ${lost.length}, duplicated ${duplicated.length}, ` +
      `unexpected ${unexpected.length}, recovered ${recovered}; runs ${runs}, wrong ${wrongRuns.length}`,
  );
  const faults = [
    ...fault('were acknowledged and are lost', lost),
    ...fault('are there more than once', duplicated),
    ...fault('are there and were never sent', unexpected),
    ...fault('are not as their records say', wrongRuns),
  ];
  if (acknowledged < LEAST_ACKNOWLEDGED) {
    faults.push(`Only ${acknowledged} events were acknowledged: fewer than ${LEAST_ACKNOWLEDGED} prove nothing.`);
  }
  if (runs === 0) faults.push('Not one run was projected.');
  for (const line of faults) say(`FAILED: ${line}`);
  if (faults.length > 0) process.exitCode = 1;
  else say('Nothing that was acknowledged is lost, and nothing counts twice.');
}

function fault(what: string, items: string[]): string[] {
  return items.length === 0 ? [] : [`${items.length} ${what}: ${items.slice(0, SHOWN).join(', ')}`];
}
