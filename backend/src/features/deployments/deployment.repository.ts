import type pg from 'pg';
import { Filter, pageLimit, timeKey } from '../../database/filter.js';
import { jsonObject, jsonObjectOf } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import { prepared } from '../../database/prepared.js';
import { spanMembers } from '../../database/spans.js';
import type { DeploymentQuery } from './deployment.schema.js';

const DEPLOYMENT = `${jsonObject({
  id: 'd.id',
  externalId: 'd.external_id',
  service: jsonObject({ id: 's.id', name: 's.name' }),
  environment: jsonObject({ id: 'e.id', name: 'e.name', tier: 'e.tier' }),
  repository: jsonObjectOf('g', { id: 'g.id', fullName: 'g.full_name' }),
  runId: 'd.run_id',
  status: 'd.status',
  ref: 'd.ref',
  commitSha: 'd.commit_sha',
  description: 'd.description',
  creator: 'd.creator',
  logUrl: 'd.log_url',
  createdAt: 'd.created_at',
  ...spanMembers('d'),
  supersededAt: 'd.superseded_at',
})}::text`;

const JOINS = `JOIN services s ON s.id = d.service_id JOIN environments e ON e.id = d.environment_id
  LEFT JOIN repositories g ON g.id = d.repository_id`;

export class DeploymentRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** One more than the limit, newest first, as JSON text. */
  list({ limit, cursor, service, environment, tier, status, from, to }: DeploymentQuery): Promise<JsonPage> {
    const filter = new Filter()
      .and('d.service_id = ANY(ARRAY(SELECT id FROM services WHERE name = ? OR id::text = ?))', service)
      .and('d.environment_id = ANY(ARRAY(SELECT id FROM environments WHERE name = ? OR id::text = ?))', environment)
      .and('d.environment_id = ANY(ARRAY(SELECT id FROM environments WHERE tier = ?::environment_tier))', tier)
      .and('d.status = ANY(?::status[])', status)
      .and('d.created_at >= ?', from)
      .and('d.created_at < ?', to)
      .after('d.created_at', 'd.id', cursor);
    return readPage(
      this.pool,
      `SELECT ${timeKey('d.created_at')} AS key, d.id, ${DEPLOYMENT} AS json
       FROM (SELECT d.* FROM deployments d ${filter.where}
             ORDER BY d.created_at DESC, d.id DESC LIMIT ${pageLimit(limit)}) d
       ${JOINS} ORDER BY d.created_at DESC, d.id DESC`,
      filter,
      limit,
    );
  }

  async findById(id: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ json: string }>(
      prepared(`SELECT ${DEPLOYMENT} AS json FROM deployments d ${JOINS} WHERE d.id = $1`, [id]),
    );
    return rows[0]?.json ?? null;
  }
}
