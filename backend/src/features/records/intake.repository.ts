import type pg from 'pg';
import { parseJson } from '../../http/json.js';

const MAX_SHOWN_BYTES = 16_384;
const HOUR_MS = 3_600_000;
/** Widened until enough is found: the time index (BRIN) finds a span quickly, but knows no order. */
const SPANS_MS = [60_000, HOUR_MS, 24 * HOUR_MS, 30 * 24 * HOUR_MS];

interface RecentRow {
  id: string;
  type: string;
  source: string;
  kind: string;
  received_at: Date;
  bytes: number;
  quarantined: boolean;
  body: Buffer | null;
}

/** What was taken in, as counts and as the latest of it. */
export class IntakeRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  async stats(now: Date) {
    const count = `sum(count)::float8 AS count, sum(bytes)::float8 AS bytes, max(latest_at) AS "latestAt"`;
    const [totals, byType, bySource] = await Promise.all([
      this.pool.query(
        `SELECT coalesce(sum(count), 0)::float8 AS total, coalesce(sum(bytes), 0)::float8 AS bytes,
                coalesce(sum(count) FILTER (WHERE day = ($1::timestamptz AT TIME ZONE 'UTC')::date), 0)::float8 AS today,
                (SELECT count(*) FROM (SELECT FROM pending_events LIMIT 1000000) AS few)::float8 AS pending,
                (SELECT count(*) FROM quarantined_events)::float8 AS quarantined
         FROM event_counts`,
        [now],
      ),
      this.pool.query(`SELECT type, ${count} FROM event_counts GROUP BY type ORDER BY 2 DESC, 1 LIMIT 100`),
      this.pool.query(
        `SELECT s.name AS source, s.kind::text AS kind, ${count}
         FROM event_counts c JOIN sources s ON s.id = c.source_id GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 100`,
      ),
    ]);
    return { ...totals.rows[0], byType: byType.rows, bySource: bySource.rows };
  }

  async recent(limit: number, now: Date) {
    for (const span of SPANS_MS) {
      const rows = await this.receivedSince(new Date(now.getTime() - span), limit);
      if (rows.length === limit) return rows;
    }
    return this.receivedSince(new Date(0), limit);
  }

  private async receivedSince(since: Date, limit: number) {
    const { rows } = await this.pool.query<RecentRow>(
      `SELECT e.id, e.type, s.name AS source, s.kind::text AS kind, e.received_at, octet_length(e.body) AS bytes,
              q.event_id IS NOT NULL AS quarantined,
              CASE WHEN s.kind = 'records' AND octet_length(e.body) <= ${MAX_SHOWN_BYTES} THEN e.body END AS body
       FROM (SELECT * FROM events WHERE received_at >= $1 ORDER BY received_at DESC, id DESC LIMIT $2) AS e
       JOIN sources s ON s.id = e.source_id LEFT JOIN quarantined_events q ON q.event_id = e.id
       ORDER BY e.received_at DESC, e.id DESC`,
      [since, limit],
    );
    return rows.map(({ received_at: receivedAt, body, ...row }) => ({
      ...row,
      receivedAt,
      // Read as it was when it came: JSON.parse by itself takes no byte order mark.
      data: body ? (parseJson(body) as { data: unknown }).data : null,
    }));
  }
}
