import type pg from 'pg';
import { bytesArray, textArray, timestampArray, uuidArray } from '../../database/binary-array.js';
import type { NewEvent } from './event.js';

/** Appends, enqueues and counts in one statement, so that the three cannot disagree. */
const APPEND = `
  WITH appended AS (
    INSERT INTO events (id, source_id, delivery_key, type, received_at, headers, body)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::bytea[])
    ON CONFLICT (id) DO NOTHING
    RETURNING id, source_id, type, received_at, octet_length(body) AS bytes
  ), enqueued AS (
    INSERT INTO pending_events (event_id)
    SELECT id FROM appended JOIN unnest($8::uuid[]) AS projectable (id) USING (id)
  ), counted AS (
    INSERT INTO event_counts (source_id, type, day, slot, count, bytes, latest_at)
    SELECT source_id, type, (received_at AT TIME ZONE 'UTC')::date, pg_backend_pid() % 16,
           count(*), sum(bytes), max(received_at)
    FROM appended GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (source_id, type, day, slot) DO UPDATE
    SET count = event_counts.count + excluded.count, bytes = event_counts.bytes + excluded.bytes,
        latest_at = greatest(event_counts.latest_at, excluded.latest_at)
  )
  SELECT id FROM appended`;

export class EventLogRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** Appends in one commit. Answers the ids that are new; the others were there before. */
  async append(events: NewEvent[], projectable: (event: NewEvent) => boolean): Promise<Set<string>> {
    // Always in the order of ids, so that two writers with the same deliveries wait for each other in one direction.
    const sorted = events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'append-events',
      text: APPEND,
      values: [
        uuidArray(sorted.map(({ id }) => id)),
        uuidArray(sorted.map(({ sourceId }) => sourceId)),
        textArray(sorted.map(({ deliveryKey }) => deliveryKey)),
        textArray(sorted.map(({ type }) => type)),
        timestampArray(sorted.map(({ receivedAt }) => receivedAt)),
        textArray(sorted.map(({ headers }) => headers)),
        bytesArray(sorted.map(({ body }) => body)),
        uuidArray(sorted.filter(projectable).map(({ id }) => id)),
      ],
    });
    return new Set(rows.map(({ id }) => id));
  }
}
