import { setTimeout as sleep } from 'node:timers/promises';
import type { PitwallProcess } from '../../../load/service/pitwall.js';
import type { Verdict } from '../../checks/check.js';
import type { Call } from './client.js';
import { Findings } from './findings.js';
import { sendAtRate, type Load } from './open-load.js';
import { Stage } from './stage.js';

const RATE = 500;
const TOTAL = 10_000;
const STOP_AFTER_MS = 6_000;
/** Long enough to be seen by whoever asks whether the process is ready. */
const SHUTDOWN_DELAY_MS = 3_000;
const MAX_UNREADY_MS = 1_000;
const MAX_EXIT_MS = 25_000;

/** REL12: of two processes one is told to stop under load, and nobody notices. */
export async function checkDrain(): Promise<Verdict> {
  const unlimited = '999999999 per minute';
  const settings = { SHUTDOWN_DELAY_MS: String(SHUTDOWN_DELAY_MS), RATE_LIMIT_READ: unlimited };
  const stage = await Stage.start({ processes: 2, settings });
  try {
    return await stopOne(stage);
  } finally {
    await stage.stop();
  }
}

async function stopOne(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const [, leaving] = stage.services as [PitwallProcess, PitwallProcess];
  const load = sendAtRate(stage.place, { rate: RATE, total: TOTAL, next: (index) => nextCall(stage, index) });
  await sleep(STOP_AFTER_MS);
  const { unreadyMs, exitMs } = await stopAndWatch(leaving);
  const loaded = await load;
  const asked = await processesAsked(stage);

  findings.equal(loaded.answers, { 200: TOTAL / 2, 202: TOTAL / 2 }, `answers to ${TOTAL} requests`);
  findings.expect(unreadyMs <= MAX_UNREADY_MS, `it was ready for ${Math.round(unreadyMs)} ms more`);
  findings.expect(exitMs <= MAX_EXIT_MS, `it took ${Math.round(exitMs)} ms to end`);
  findings.expect(asked >= 2, 'only one of the processes was asked: nothing was drained');
  await countWebhooks(stage, findings);
  return findings.verdict(
    `${stage.edge.program}, 2 processes: ${describe(loaded)}; SIGTERM to one: not ready after ${Math.round(unreadyMs)} ms, ended after ${(exitMs / 1000).toFixed(1)} s`,
  );
}

/** One to be kept and one to be read, in turn. */
function nextCall(stage: Stage, index: number): Call {
  if (index % 2 === 0) return stage.delivery(`{"zen":"${index}"}`);
  return { path: '/api/v1/info', headers: { Authorization: `Bearer ${stage.token}` } };
}

async function stopAndWatch(leaving: PitwallProcess) {
  const began = performance.now();
  const stopped = leaving.stop();
  let unreadyMs = Infinity;
  while (unreadyMs === Infinity && performance.now() - began < SHUTDOWN_DELAY_MS) {
    const answer = await fetch(`http://127.0.0.1:${leaving.port}/health/ready`).catch(() => undefined);
    if (answer?.status === 503) unreadyMs = performance.now() - began;
    await sleep(20);
  }
  await stopped;
  return { unreadyMs, exitMs: performance.now() - began };
}

async function processesAsked(stage: Stage): Promise<number> {
  return new Set((await stage.edge.accessLog()).flatMap(({ upstream }) => upstream.split(', ').slice(-1))).size;
}

/** Each webhook is there, once, also where it was sent to both processes. */
async function countWebhooks(stage: Stage, findings: Findings): Promise<void> {
  const answer = await stage.callAsAdmin({ path: '/api/v1/ingest/stats' });
  const { total } = JSON.parse(answer.body.toString()) as { total?: number };
  findings.equal(total, TOTAL / 2, 'events that were kept');
}

const describe = ({ sent, answers, p99, slowest }: Load) =>
  `${sent} requests at ${RATE}/s, ${sent - (answers[200] ?? 0) - (answers[202] ?? 0)} failed, p99 ${p99.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms`;
