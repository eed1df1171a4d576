import type pg from 'pg';
import { Filter, pageLimit } from '../../database/filter.js';
import { jsonObject } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import type { EnvironmentQuery } from './environment.schema.js';

const LATEST = `(
  SELECT ${jsonObject({ id: 'd.id', status: 'd.status', ref: 'd.ref', commitSha: 'd.commit_sha', createdAt: 'd.created_at' })}
  FROM deployments d WHERE d.environment_id = e.id ORDER BY d.created_at DESC, d.id DESC LIMIT 1)`;

const ENVIRONMENT = jsonObject({
  id: 'e.id',
  name: 'e.name',
  tier: 'e.tier',
  url: 'e.url',
  service: jsonObject({ id: 's.id', name: 's.name' }),
  latestDeployment: LATEST,
});

export class EnvironmentRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** One more than the limit, by name, as JSON text. */
  list({ limit, cursor, service, tier }: EnvironmentQuery): Promise<JsonPage> {
    const filter = new Filter()
      .and('(s.name = ? OR s.id::text = ?)', service)
      .and('e.tier = ?::environment_tier', tier)
      .afterAscending('e.name', 'e.id', cursor);
    return readPage(
      this.pool,
      `SELECT e.name AS key, e.id, ${ENVIRONMENT}::text AS json
       FROM environments e JOIN services s ON s.id = e.service_id ${filter.where}
       ORDER BY e.name, e.id LIMIT ${pageLimit(limit)}`,
      filter,
      limit,
    );
  }
}
