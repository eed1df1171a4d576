import type pg from 'pg';
import { DERIVED_TABLES } from '../../database/roles.js';
import type { Translators } from './projector.service.js';

/**
 * Empties what is derived and enqueues the whole log again, within the caller's transaction. What people said of
 * pipelines stays, and so do all ids. Answers how many events wait to be read.
 */
export async function replay(client: Pick<pg.ClientBase, 'query'>, translators: Translators): Promise<number> {
  const readable = Object.entries(translators).map(([kind, { types }]) => ({ kind, types: [...types] }));
  await client.query('SET LOCAL statement_timeout = 0');
  await client.query(`TRUNCATE ${DERIVED_TABLES.join(', ')}`);
  await client.query(`UPDATE pipelines SET versions = '{}', last_activity_at = NULL`);
  const { rowCount } = await client.query(
    `INSERT INTO pending_events (event_id, replayed)
     SELECT e.id, true FROM events e JOIN sources s ON s.id = e.source_id
     JOIN jsonb_to_recordset($1) AS r(kind text, types text[]) ON r.kind = s.kind::text AND e.type = ANY(r.types)
     ORDER BY e.received_at, e.id`,
    [JSON.stringify(readable)],
  );
  return rowCount ?? 0;
}
