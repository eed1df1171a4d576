import type pg from 'pg';
import { Filter, timeKey } from '../../database/filter.js';
import { durationSeconds, finishedAt, spanColumns } from '../../database/spans.js';
import type { JsonRow } from '../../http/pagination.js';
import type { RunQuery } from './run.schema.js';

const SUMMARY = `
  'id', r.id, 'externalId', r.external_id,
  'pipeline', CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'name', coalesce(p.display_name, p.name)) END,
  'repository', CASE WHEN g.id IS NOT NULL THEN json_build_object('id', g.id, 'fullName', g.full_name) END,
  'number', r.number, 'attempt', r.attempt, 'title', r.title, 'trigger', r.trigger, 'branch', r.branch,
  'commitSha', r.commit_sha, 'actor', r.actor, 'status', r.status, 'url', r.url, 'createdAt', r.created_at, ${spanColumns('r')}`;

const JOINS = 'LEFT JOIN pipelines p ON p.id = r.pipeline_id LEFT JOIN repositories g ON g.id = r.repository_id';

/** Runs of a pipeline that was deleted are not shown. */
const SHOWN = `NOT EXISTS (SELECT FROM pipelines gone WHERE gone.id = r.pipeline_id AND gone.deleted_at IS NOT NULL)`;

const STEPS = `
  SELECT coalesce(json_agg(json_build_object(
    'number', s.number, 'name', s.name, 'status', s.status, 'startedAt', s.started_at,
    'finishedAt', ${finishedAt('s')}, 'durationSeconds', ${durationSeconds('s')}
  ) ORDER BY s.number), '[]') FROM steps s WHERE s.job_id = j.id`;

const DETAIL = `
  SELECT json_build_object(${SUMMARY},
    'attempts', (SELECT coalesce(json_agg(json_build_object('attempt', a.attempt, 'status', a.status, 'url', a.url, ${spanColumns('a')})
                                 ORDER BY a.attempt), '[]') FROM run_attempts a WHERE a.run_id = r.id),
    'jobs', (SELECT coalesce(json_agg(json_build_object(
               'id', j.id, 'attempt', j.attempt, 'name', j.name, 'status', j.status, 'runnerLabels', j.runner_labels,
               'runnerName', j.runner_name, 'runnerGroup', j.runner_group, 'url', j.url, ${spanColumns('j')}, 'steps', (${STEPS})
             ) ORDER BY j.attempt, j.started_at, j.created_at, j.name), '[]') FROM jobs j WHERE j.run_id = r.id)
  )::text AS json
  FROM runs r ${JOINS} WHERE r.id = $1 AND ${SHOWN}`;

/** Answers are the JSON that PostgreSQL wrote: an object is never made of them here. */
export class RunRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** One more than the limit, newest first. */
  async list({ limit, cursor, pipeline, repository, branch, status, from, to }: RunQuery): Promise<JsonRow[]> {
    const filter = new Filter(SHOWN)
      .and('r.pipeline_id = ?', pipeline)
      .and(REPOSITORY, repository)
      .and('r.branch = ?', branch)
      .and('r.status = ANY(?::status[])', status)
      .and('r.created_at >= ?', from)
      .and('r.created_at < ?', to)
      .after('r.created_at', 'r.id', cursor);
    const { rows } = await this.pool.query<JsonRow>(
      `SELECT ${timeKey('r.created_at')} AS key, r.id, json_build_object(${SUMMARY})::text AS json
       FROM (SELECT r.* FROM runs r ${filter.where} ORDER BY r.created_at DESC, r.id DESC LIMIT ${filter.parameter(limit + 1)}) r
       ${JOINS} ORDER BY r.created_at DESC, r.id DESC`,
      filter.values,
    );
    return rows;
  }

  /** The run with everything in it; null where there is none. */
  async findById(id: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ json: string }>({ name: 'run-by-id', text: DETAIL, values: [id] });
    return rows[0]?.json ?? null;
  }
}

const REPOSITORY = 'r.repository_id = ANY(ARRAY(SELECT id FROM repositories WHERE full_name = ? OR id::text = ?))';
