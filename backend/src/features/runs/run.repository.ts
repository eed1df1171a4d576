import type pg from 'pg';
import { Filter, pageLimit, timeKey } from '../../database/filter.js';
import { jsonArray, jsonObject, jsonObjectOf } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import { prepared } from '../../database/prepared.js';
import { ranMembers, spanMembers } from '../../database/spans.js';
import type { RunQuery } from './run.schema.js';

const SUMMARY = {
  id: 'r.id',
  externalId: 'r.external_id',
  pipeline: jsonObjectOf('p', { id: 'p.id', name: 'coalesce(p.display_name, p.name)' }),
  repository: jsonObjectOf('g', { id: 'g.id', fullName: 'g.full_name' }),
  number: 'r.number',
  attempt: 'r.attempt',
  title: 'r.title',
  trigger: 'r.trigger',
  branch: 'r.branch',
  commitSha: 'r.commit_sha',
  actor: 'r.actor',
  status: 'r.status',
  url: 'r.url',
  createdAt: 'r.created_at',
  ...spanMembers('r'),
};

const JOINS = 'LEFT JOIN pipelines p ON p.id = r.pipeline_id LEFT JOIN repositories g ON g.id = r.repository_id';

/** Runs of a pipeline that was deleted are not shown. */
const SHOWN = `NOT EXISTS (SELECT FROM pipelines gone WHERE gone.id = r.pipeline_id AND gone.deleted_at IS NOT NULL)`;

const STEPS = jsonArray(
  { number: 's.number', name: 's.name', status: 's.status', ...ranMembers('s') },
  's.number',
  'FROM steps s WHERE s.job_id = j.id',
);

const ATTEMPTS = jsonArray(
  { attempt: 'a.attempt', status: 'a.status', url: 'a.url', ...spanMembers('a') },
  'a.attempt',
  'FROM run_attempts a WHERE a.run_id = r.id',
);

const JOBS = jsonArray(
  {
    id: 'j.id',
    attempt: 'j.attempt',
    name: 'j.name',
    status: 'j.status',
    runnerLabels: 'j.runner_labels',
    runnerName: 'j.runner_name',
    runnerGroup: 'j.runner_group',
    url: 'j.url',
    ...spanMembers('j'),
    steps: STEPS,
  },
  'j.attempt, j.started_at, j.created_at, j.name',
  'FROM jobs j WHERE j.run_id = r.id',
);

const DETAIL = `SELECT ${jsonObject({ ...SUMMARY, attempts: ATTEMPTS, jobs: JOBS })}::text AS json
  FROM runs r ${JOINS} WHERE r.id = $1 AND ${SHOWN}`;

/** Answers are the JSON that PostgreSQL wrote: an object is never made of them here. */
export class RunRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** One more than the limit, newest first. */
  list({ limit, cursor, pipeline, repository, branch, status, from, to }: RunQuery): Promise<JsonPage> {
    const filter = new Filter(SHOWN)
      .and('r.pipeline_id = ?', pipeline)
      .and(REPOSITORY, repository)
      .and('r.branch = ?', branch)
      .and('r.status = ANY(?::status[])', status)
      .and('r.created_at >= ?', from)
      .and('r.created_at < ?', to)
      .after('r.created_at', 'r.id', cursor);
    return readPage(
      this.pool,
      `SELECT ${timeKey('r.created_at')} AS key, r.id, ${jsonObject(SUMMARY)}::text AS json
       FROM (SELECT r.* FROM runs r ${filter.where} ORDER BY r.created_at DESC, r.id DESC LIMIT ${pageLimit(limit)}) r
       ${JOINS} ORDER BY r.created_at DESC, r.id DESC`,
      filter,
      limit,
    );
  }

  /** The run with everything in it; null where there is none. */
  async findById(id: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ json: string }>(prepared(DETAIL, [id]));
    return rows[0]?.json ?? null;
  }
}

const REPOSITORY = 'r.repository_id = ANY(ARRAY(SELECT id FROM repositories WHERE full_name = ? OR id::text = ?))';
