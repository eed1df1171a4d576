import pg from 'pg';
import { startEmbeddedPostgres } from '../../backend/src/database/embedded-postgres.js';
import { judge, type Ledger, type Verdict } from './ledger.js';
import { expectedRuns, SOURCE } from './record.js';

export interface Outcome extends Verdict {
  runs: number;
  /** Runs that are missing, there twice, not expected, or not in their final status. */
  wrongRuns: string[];
}

const OF_SOURCE = `source_id = (SELECT id FROM sources WHERE name = '${SOURCE}')`;

/** Reads what is in the database, once Pitwall has ended. */
export async function readOutcome(dataDir: string, ledger: Ledger, loseOne: boolean): Promise<Outcome> {
  const postgres = await startEmbeddedPostgres({ dataDir });
  const client = new pg.Client({ connectionString: postgres.url });
  try {
    await client.connect();
    if (loseOne) await deleteAcknowledged(client, ledger);
    const events = await client.query<{ key: string; count: number }>(
      `SELECT coalesce(delivery_key, '(no key)') AS key, count(*)::int AS count FROM events WHERE ${OF_SOURCE} GROUP BY 1`,
    );
    const found = new Map(events.rows.map(({ key, count }) => [key, count]));
    const runs = await client.query<{ run: string; statuses: string[] }>(
      `SELECT external_id AS run, array_agg(status::text) AS statuses FROM runs WHERE ${OF_SOURCE} GROUP BY 1`,
    );
    const wrongRuns = compareRuns(expectedRuns(found.keys()), runs.rows);
    return { ...judge(ledger, found), runs: runs.rows.length, wrongRuns };
  } finally {
    await client.end();
    await postgres.stop();
  }
}

function compareRuns(expected: Map<string, string>, rows: { run: string; statuses: string[] }[]): string[] {
  const wrong: string[] = [];
  const there = new Map(rows.map(({ run, statuses }) => [run, statuses.join(' and ')]));
  for (const [run, status] of expected) {
    if (there.get(run) !== status) wrong.push(`run ${run} is ${there.get(run) ?? 'missing'}, not ${status}`);
  }
  for (const run of there.keys()) if (!expected.has(run)) wrong.push(`nothing was sent of run ${run}`);
  return wrong;
}

async function deleteAcknowledged(client: pg.Client, { acknowledged }: Ledger): Promise<void> {
  const [id] = acknowledged;
  const { rowCount } = await client.query('DELETE FROM events WHERE delivery_key = $1', [id]);
  if (rowCount !== 1) throw new Error(`${id} could not be deleted.`);
}
