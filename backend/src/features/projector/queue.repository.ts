import type pg from 'pg';
import type { SourceKind } from '../sources/source.schema.js';

/** An event that waits to be projected. */
export interface PendingEvent {
  position: string;
  id: string;
  sourceId: string;
  kind: SourceKind;
  type: string;
  receivedAt: Date;
  /** By a replay: it was read before. */
  replayed: boolean;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Backlog {
  events: number;
  /** Age of the oldest; 0 when there is none. */
  seconds: number;
}

interface Row {
  position: string;
  id: string;
  source_id: string;
  kind: SourceKind;
  type: string;
  received_at: Date;
  replayed: boolean;
  headers: string | null;
  body: Buffer;
}

export class QueueRepository {
  constructor(private readonly client: Pick<pg.ClientBase, 'query'>) {}

  /**
   * Takes the oldest events that nobody else has taken, as many as fit in `maxBytes` and at least one. They are locked
   * until the transaction ends, which is the lease: a worker that dies gives them back.
   */
  async take(limit: number, maxBytes: number): Promise<PendingEvent[]> {
    const { rows } = await this.client.query<Row>({
      name: 'take-events',
      text: `
        WITH taken AS MATERIALIZED (
          SELECT position, event_id, replayed FROM pending_events ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
        ), sized AS (
          SELECT t.position, t.replayed, e.id, sum(octet_length(e.body)) OVER (ORDER BY t.position) - octet_length(e.body) AS before
          FROM taken t JOIN events e ON e.id = t.event_id
        )
        SELECT z.position, z.replayed, e.id, e.source_id, s.kind, e.type, e.received_at, e.headers, e.body
        FROM sized z JOIN events e ON e.id = z.id JOIN sources s ON s.id = e.source_id
        WHERE z.before < $2 ORDER BY z.position`,
      values: [limit, maxBytes],
    });
    return rows.map(({ source_id: sourceId, received_at: receivedAt, headers, ...row }) => ({
      ...row,
      sourceId,
      receivedAt,
      headers: headers === null ? {} : (JSON.parse(headers) as Record<string, string>),
    }));
  }

  async remove(positions: string[]): Promise<void> {
    await this.client.query('DELETE FROM pending_events WHERE position = ANY($1::bigint[])', [positions]);
  }

  async quarantine(events: { id: string; reason: string }[]): Promise<void> {
    await this.client.query(
      `INSERT INTO quarantined_events (event_id, reason) SELECT * FROM unnest($1::uuid[], $2::text[])
       ON CONFLICT (event_id) DO UPDATE SET reason = excluded.reason, quarantined_at = now()`,
      [events.map(({ id }) => id), events.map(({ reason }) => reason)],
    );
  }

  /** Readable at last: what was quarantined by an earlier reading is not any more. */
  async release(ids: string[]): Promise<void> {
    await this.client.query('DELETE FROM quarantined_events WHERE event_id = ANY($1::uuid[])', [ids]);
  }

  async backlog(): Promise<Backlog> {
    const { rows } = await this.client.query<Backlog>(
      `SELECT (SELECT count(*) FROM (SELECT FROM pending_events LIMIT 1000000) AS few)::float8 AS events,
              coalesce(extract(epoch FROM now() - (SELECT enqueued_at FROM pending_events ORDER BY position LIMIT 1)), 0)::float8 AS seconds`,
    );
    return rows[0] ?? { events: 0, seconds: 0 };
  }
}
