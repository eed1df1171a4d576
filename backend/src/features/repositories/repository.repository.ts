import type pg from 'pg';
import { containing, Filter, pageLimit } from '../../database/filter.js';
import { jsonObject } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import type { RepositoryQuery } from './repository.schema.js';

const REPOSITORY = jsonObject({
  id: 'g.id',
  fullName: 'g.full_name',
  url: 'g.url',
  defaultBranch: 'g.default_branch',
  source: jsonObject({ id: 's.id', name: 's.name' }),
});

/** Of the repositories that code is in. */
export class CodeRepositoryRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** One more than the limit, by name, as JSON text. */
  list({ limit, cursor, q }: RepositoryQuery): Promise<JsonPage> {
    const filter = new Filter().and('g.full_name ILIKE ?', containing(q)).afterAscending('g.full_name', 'g.id', cursor);
    return readPage(
      this.pool,
      `SELECT g.full_name AS key, g.id, ${REPOSITORY}::text AS json
       FROM repositories g JOIN sources s ON s.id = g.source_id ${filter.where}
       ORDER BY g.full_name, g.id LIMIT ${pageLimit(limit)}`,
      filter,
      limit,
    );
  }
}
