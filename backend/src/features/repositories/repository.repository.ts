import type pg from 'pg';
import { containing, Filter, pageLimit } from '../../database/filter.js';
import { jsonObject } from '../../database/json-object.js';
import { prepared } from '../../database/prepared.js';
import type { JsonRow } from '../../http/pagination.js';
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
  async list({ limit, cursor, q }: RepositoryQuery): Promise<JsonRow[]> {
    const filter = new Filter().and('g.full_name ILIKE ?', containing(q)).afterAscending('g.full_name', 'g.id', cursor);
    const { rows } = await this.pool.query<JsonRow>(
      prepared(
        `SELECT g.full_name AS key, g.id, ${REPOSITORY}::text AS json
       FROM repositories g JOIN sources s ON s.id = g.source_id ${filter.where}
       ORDER BY g.full_name, g.id LIMIT ${pageLimit(limit)}`,
        filter.values,
      ),
    );
    return rows;
  }
}
