export const SOURCE = 'durability';

const RUN_EVERY = 10;
const START = Date.UTC(2026, 9, 1);

export interface SentRecord {
  id: string;
  body: string;
}

/**
 * The record of a number. Every tenth speaks of a run, each of which is told of twice: that it runs, and how it ended.
 */
export function recordOf(number: number): SentRecord {
  const id = `event-${String(number).padStart(7, '0')}`;
  const told = runToldBy(number);
  const type = told ? 'pipeline_run' : 'sensor';
  const data = told
    ? {
        pipeline: 'build',
        run_id: told.run,
        status: told.status,
        started_at: new Date(START + number).toISOString(),
        ...(told.finished && { finished_at: new Date(START + number + 60_000).toISOString() }),
      }
    : { temperature: 21.5, number };
  return { id, body: JSON.stringify({ id, type, source: SOURCE, data }) };
}

interface ToldOfRun {
  run: string;
  status: string;
  finished: boolean;
}

function runToldBy(number: number): ToldOfRun | undefined {
  if (number % RUN_EVERY !== 0) return undefined;
  const place = number / RUN_EVERY;
  const run = place >> 1;
  const finished = place % 2 === 1;
  return { run: String(run), finished, status: finished ? (run % 5 === 0 ? 'failed' : 'succeeded') : 'running' };
}

/** The status that each run must end in, by the records that are in the log. */
export function expectedRuns(ids: Iterable<string>): Map<string, string> {
  const expected = new Map<string, string>();
  for (const id of ids) {
    const told = runToldBy(Number(id.slice('event-'.length)));
    if (told && (told.finished || !expected.has(told.run))) expected.set(told.run, told.status);
  }
  return expected;
}
