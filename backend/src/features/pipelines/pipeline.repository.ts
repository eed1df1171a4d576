import type pg from 'pg';
import type { Database } from '../../database/client.js';
import { containing, Filter, pageLimit, timeKey } from '../../database/filter.js';
import { jsonArray, jsonObject, jsonObjectOf } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import { prepared } from '../../database/prepared.js';
import { ranMembers } from '../../database/spans.js';
import { RECENT_RUNS, type PipelineChange, type PipelineQuery } from './pipeline.schema.js';

const RECENT = jsonArray(
  {
    id: 'r.id',
    number: 'r.number',
    attempt: 'r.attempt',
    status: 'r.status',
    branch: 'r.branch',
    title: 'r.title',
    createdAt: 'r.created_at',
    ...ranMembers('r'),
  },
  'r.created_at DESC, r.id DESC',
  `FROM (SELECT * FROM runs WHERE pipeline_id = p.id ORDER BY created_at DESC, id DESC LIMIT ${RECENT_RUNS}) r`,
);

const PIPELINE = `${jsonObject({
  id: 'p.id',
  name: 'p.name',
  displayName: 'p.display_name',
  description: 'p.description',
  definition: 'p.definition',
  url: 'p.url',
  source: jsonObject({ id: 's.id', name: 's.name', kind: 's.kind' }),
  repository: jsonObjectOf('g', { id: 'g.id', fullName: 'g.full_name', url: 'g.url' }),
  createdAt: 'p.created_at',
  lastActivityAt: 'p.last_activity_at',
  recentRuns: RECENT,
})}::text`;

const JOINS = 'JOIN sources s ON s.id = p.source_id LEFT JOIN repositories g ON g.id = p.repository_id';
const ACTIVITY = 'coalesce(p.last_activity_at, p.created_at)';
const LATEST_STATUS = '(SELECT status FROM runs WHERE pipeline_id = p.id ORDER BY created_at DESC, id DESC LIMIT 1)';

export class PipelineRepository {
  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly database: Pick<Database, 'pipeline'>,
  ) {}

  /** One more than the limit, latest activity first, as JSON text. */
  list({ limit, cursor, repository, status, deleted, q }: PipelineQuery): Promise<JsonPage> {
    const filter = new Filter(`p.deleted_at IS ${deleted ? 'NOT NULL' : 'NULL'}`)
      .and('(g.full_name = ? OR g.id::text = ?)', repository)
      .and(`${LATEST_STATUS} = ANY(?::status[])`, status)
      .and('(p.name ILIKE ? OR p.display_name ILIKE ? OR g.full_name ILIKE ?)', containing(q))
      .after(ACTIVITY, 'p.id', cursor);
    return readPage(
      this.pool,
      `SELECT ${timeKey(ACTIVITY)} AS key, p.id, ${PIPELINE} AS json
       FROM (SELECT p.* FROM pipelines p ${JOINS} ${filter.where}
             ORDER BY ${ACTIVITY} DESC, p.id DESC LIMIT ${pageLimit(limit)}) p
       ${JOINS} ORDER BY ${ACTIVITY} DESC, p.id DESC`,
      filter,
      limit,
    );
  }

  async findById(id: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ json: string }>(
      prepared(`SELECT ${PIPELINE} AS json FROM pipelines p ${JOINS} WHERE p.id = $1 AND p.deleted_at IS NULL`, [id]),
    );
    return rows[0]?.json ?? null;
  }

  /** Adds it, or brings back the one that was deleted. Answers whether it did: not when it is there. */
  async insert(
    pipeline: {
      id: string;
      sourceId: string;
      externalId: string;
      name: string;
      repositoryId: string | null;
    } & PipelineChange,
  ): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `INSERT INTO pipelines AS p (id, source_id, external_id, name, repository_id, display_name, description)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (id) DO UPDATE
       SET deleted_at = NULL, display_name = excluded.display_name, description = excluded.description
       WHERE p.deleted_at IS NOT NULL`,
      [
        ...[pipeline.id, pipeline.sourceId, pipeline.externalId, pipeline.name, pipeline.repositoryId],
        ...[pipeline.displayName ?? null, pipeline.description ?? null],
      ],
    );
    return rowCount === 1;
  }

  /** Answers whether there was one. */
  async update(id: string, { displayName, description }: PipelineChange): Promise<boolean> {
    const data = {
      ...(displayName !== undefined && { displayName }),
      ...(description !== undefined && { description }),
    };
    const { count } = await this.database.pipeline.updateMany({ where: { id, deletedAt: null }, data });
    return count > 0;
  }

  async markDeleted(id: string, deletedAt: Date): Promise<boolean> {
    const { count } = await this.database.pipeline.updateMany({ where: { id, deletedAt: null }, data: { deletedAt } });
    return count > 0;
  }

  async markRestored(id: string): Promise<boolean> {
    const where = { id, deletedAt: { not: null } };
    const { count } = await this.database.pipeline.updateMany({ where, data: { deletedAt: null } });
    return count > 0;
  }
}
