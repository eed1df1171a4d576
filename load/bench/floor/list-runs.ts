import pg from 'pg';
import { nextPlace } from '../seeded-runs.js';
import type { FloorRate, FloorTask } from './floor-task.js';

/** The same rows as `GET /runs` reads, as plain columns. */
const PAGE = `
  SELECT r.id, r.external_id, p.id AS pipeline_id, coalesce(p.display_name, p.name) AS pipeline_name, g.id AS repository_id,
         g.full_name, r.number, r.attempt, r.title, r.trigger, r.branch, r.commit_sha, r.actor, r.status, r.url, r.created_at,
         r.queued_at, r.started_at, r.finished_at
  FROM (SELECT r.* FROM runs r
        WHERE NOT EXISTS (SELECT FROM pipelines gone WHERE gone.id = r.pipeline_id AND gone.deleted_at IS NOT NULL)
          AND (r.created_at, r.id) < ($1::timestamptz, $2::uuid)
        ORDER BY r.created_at DESC, r.id DESC LIMIT 21) r
  LEFT JOIN pipelines p ON p.id = r.pipeline_id LEFT JOIN repositories g ON g.id = r.repository_id
  ORDER BY r.created_at DESC, r.id DESC`;

export async function listRuns(task: Extract<FloorTask, { kind: 'list' }>): Promise<FloorRate> {
  const { url, poolSize, inFlight, rows, seconds } = task;
  const pool = new pg.Pool({ connectionString: url, max: poolSize });
  const next = nextPlace(rows);
  let pages = 0;
  const started = performance.now();
  const deadline = started + seconds * 1000;
  const reader = async () => {
    while (performance.now() < deadline) {
      const { key, id } = next();
      await pool.query({ name: 'page', text: PAGE, values: [key, id] });
      pages++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, reader));
  const perSecond = (pages * 1000) / (performance.now() - started);
  await pool.end();
  return { perSecond };
}
