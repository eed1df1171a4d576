import type pg from 'pg';
import { Filter, pageLimit, timeKey } from '../../database/filter.js';
import { jsonObject } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import { spanMembers } from '../../database/spans.js';
import type { JobQuery } from './job.schema.js';

const JOB = `${jsonObject({
  id: 'j.id',
  externalId: 'j.external_id',
  runId: 'j.run_id',
  attempt: 'j.attempt',
  name: 'j.name',
  status: 'j.status',
  runnerLabels: 'j.runner_labels',
  runnerName: 'j.runner_name',
  runnerGroup: 'j.runner_group',
  url: 'j.url',
  createdAt: 'j.created_at',
  ...spanMembers('j'),
})}::text`;

/** Jobs of a pipeline that was deleted are not shown, as its runs are not. */
const SHOWN = `NOT EXISTS (SELECT FROM runs r JOIN pipelines gone ON gone.id = r.pipeline_id
                           WHERE r.id = j.run_id AND gone.deleted_at IS NOT NULL)`;

export class JobRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** One more than the limit, newest first, as JSON text. */
  list({ limit, cursor, run, status, runnerLabel }: JobQuery): Promise<JsonPage> {
    const filter = new Filter(SHOWN)
      .and('j.run_id = ?', run)
      .and('j.status = ANY(?::status[])', status)
      .and('? = ANY(j.runner_labels)', runnerLabel)
      .after('j.created_at', 'j.id', cursor);
    return readPage(
      this.pool,
      `SELECT ${timeKey('j.created_at')} AS key, j.id, ${JOB} AS json
       FROM (SELECT j.* FROM jobs j ${filter.where} ORDER BY j.created_at DESC, j.id DESC LIMIT ${pageLimit(limit)}) j
       ORDER BY j.created_at DESC, j.id DESC`,
      filter,
      limit,
    );
  }
}
