import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogRepository } from '../../backend/src/features/event-log/event-log.repository.js';
import type { NewEvent } from '../../backend/src/features/event-log/event.js';
import { headersOf } from '../service/credentials.js';
import { clearLog, type Bench, type Case, type CaseResult } from './bench.js';
import type { CopiedTables } from './floor/copy.js';
import { HOOK_SOURCE } from './hook-source.js';
import { RECORD_SOURCE, recordEvents, webhookEvents } from './projectable-events.js';

const TABLES = ['repositories', 'pipelines', 'runs', 'run_attempts', 'jobs', 'steps'];
const APPENDED_AT_ONCE = 500;
const LOOK_EVERY_MS = 50;
const TIMEOUT_MS = 120_000;
/** Per second of the measurement, so that both sides take about as long as was asked for. */
const RECORDS_PER_SECOND = 5_000;
const WEBHOOKS_PER_SECOND = 2_000;

type MakeEvents = (count: number, sourceId: string, round: number) => Iterable<NewEvent>;

const projection = (name: string, source: string, perSecond: number, make: MakeEvents): Case => ({
  name,
  async run(bench) {
    const rounds: (Projection & { copied: CopiedTables })[] = [];
    const count = perSecond * bench.seconds;
    for (let round = 0; round < bench.rounds; round++) {
      const projected = await project(bench, source, count, (sourceId) => make(count, sourceId, round));
      const task = { kind: 'copy tables', url: bench.databaseUrl, tables: TABLES } as const;
      rounds.push({ ...projected, copied: (await bench.floor.run(task)) as CopiedTables });
    }
    return result(name, rounds);
  },
});

export const projectionOfRecords = projection('projection, records', RECORD_SOURCE, RECORDS_PER_SECOND, recordEvents);
export const projectionOfWebhooks = projection('projection, webhooks', HOOK_SOURCE, WEBHOOKS_PER_SECOND, webhookEvents);

interface Projection {
  events: number;
  seconds: number;
  /** MiB resident: before, and the most that was seen. */
  memory: { before: number; most: number };
}

function result(name: string, rounds: (Projection & { copied: CopiedTables })[]): CaseResult {
  const perSecond = Math.max(...rounds.map(({ copied, seconds }) => copied.rows / seconds));
  const floorPerSecond = Math.max(...rounds.map(({ copied }) => copied.rows / copied.seconds));
  return {
    name,
    unit: 'rows',
    beside: 'COPY of the resulting rows',
    perSecond,
    floorPerSecond,
    ratio: perSecond / floorPerSecond,
    aim: 0.25,
    details: { eventsPerSecond: Math.max(...rounds.map(({ events, seconds }) => events / seconds)), rounds },
  };
}

/** Puts the events into the log, then all of them into the queue, and waits until the queue is empty. */
async function project(
  bench: Bench,
  sourceName: string,
  count: number,
  make: (sourceId: string) => Iterable<NewEvent>,
): Promise<Projection> {
  const { database } = bench;
  await clearLog(bench);
  await database.query(`TRUNCATE ${TABLES.join(', ')}`);
  // The first record makes its source known; sent again, it wakes the projector.
  await wake(bench);
  const { rows } = await database.query<{ id: string }>('SELECT id FROM sources WHERE name = $1', [sourceName]);
  const log = new EventLogRepository(database);
  const group: NewEvent[] = [];
  for (const event of make((rows[0] as { id: string }).id)) {
    group.push(event);
    if (group.length === APPENDED_AT_ONCE) await log.append(group.splice(0), () => false);
  }
  await log.append(group, () => false);
  await database.query('VACUUM ANALYZE events, pending_events');
  await database.query('CHECKPOINT');

  const before = await residentMebibytes(bench);
  let most = before;
  const started = performance.now();
  await database.query(`INSERT INTO pending_events (event_id) SELECT id FROM events ORDER BY received_at, id`);
  await wake(bench);
  for (let looks = 1; await isPending(bench); looks++) {
    if (performance.now() - started > TIMEOUT_MS) throw new Error('The projector did not come to the end in time.');
    await sleep(LOOK_EVERY_MS);
    if (looks % 10 === 0) most = Math.max(most, await residentMebibytes(bench));
  }
  const seconds = (performance.now() - started) / 1000;
  const quarantined = await database.query('SELECT reason FROM quarantined_events LIMIT 1');
  if (quarantined.rows[0]) throw new Error(`Events were put aside: ${quarantined.rows[0].reason}`);
  return { events: count, seconds, memory: { before, most: Math.max(most, await residentMebibytes(bench)) } };
}

async function isPending({ database }: Bench): Promise<boolean> {
  const { rows } = await database.query<{ pending: boolean }>('SELECT EXISTS (SELECT FROM pending_events) AS pending');
  return rows[0]?.pending ?? false;
}

async function wake({ pitwall, credentials }: Bench): Promise<void> {
  const data = { pipeline: 'wake', run_id: String(performance.now()), status: 'queued' };
  const answer = await fetch(`http://127.0.0.1:${pitwall.port}/api/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(credentials.token) },
    body: JSON.stringify({ type: 'pipeline_run', source: RECORD_SOURCE, data }),
  });
  if (!answer.ok) throw new Error(`Pitwall answered ${answer.status}: ${await answer.text()}`);
}

async function residentMebibytes({ pitwall, credentials }: Bench): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${pitwall.port}/metrics`, { headers: headersOf(credentials.token) });
  const metrics = await answer.text();
  const bytes = Number(/^(?:\w+_)?process_resident_memory_bytes(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1] ?? 0);
  return Math.round(bytes / 1024 / 1024);
}
