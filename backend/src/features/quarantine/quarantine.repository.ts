import type pg from 'pg';
import { Filter, pageLimit, timeKey } from '../../database/filter.js';
import { jsonObject } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import type { PageRequest } from '../../http/pagination.js';

const QUARANTINED = jsonObject({
  id: 'e.id',
  type: 'e.type',
  source: 's.name',
  kind: 's.kind',
  deliveryKey: 'e.delivery_key',
  reason: 'q.reason',
  bytes: 'octet_length(e.body)',
  receivedAt: 'e.received_at',
  quarantinedAt: 'q.quarantined_at',
});

export class QuarantineRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** One more than the limit, newest first, as JSON text. */
  list({ limit, cursor }: PageRequest): Promise<JsonPage> {
    const filter = new Filter().after('q.quarantined_at', 'q.event_id', cursor);
    return readPage(
      this.pool,
      `SELECT ${timeKey('q.quarantined_at')} AS key, e.id, ${QUARANTINED}::text AS json
       FROM quarantined_events q JOIN events e ON e.id = q.event_id JOIN sources s ON s.id = e.source_id
       ${filter.where} ORDER BY q.quarantined_at DESC, q.event_id DESC LIMIT ${pageLimit(limit)}`,
      filter,
      limit,
    );
  }
}
