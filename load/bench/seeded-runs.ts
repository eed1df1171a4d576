import type pg from 'pg';

const REPOSITORIES = 50;
const PIPELINES = 200;
const SECONDS_APART = 30;
const NEWEST = Date.UTC(2026, 10, 1);
/** Coprime to the usual numbers of rows: steps through all of them, with no two near one another. */
const STRIDE = 611_953;

const SEED = `
  WITH s AS (
    INSERT INTO sources (id, name, kind, updated_at) VALUES (gen_random_uuid(), 'seeded', 'records', now()) RETURNING id
  ), g AS (
    INSERT INTO repositories (id, source_id, external_id, full_name)
    SELECT ('00000000-0000-8000-8001-' || lpad(to_hex(n), 12, '0'))::uuid, s.id, 'acme/service-' || n, 'acme/service-' || n
    FROM s, generate_series(0, ${REPOSITORIES - 1}) n
  ), p AS (
    INSERT INTO pipelines (id, source_id, repository_id, external_id, name)
    SELECT ('00000000-0000-8000-8002-' || lpad(to_hex(n), 12, '0'))::uuid, s.id,
           ('00000000-0000-8000-8001-' || lpad(to_hex(n % ${REPOSITORIES}), 12, '0'))::uuid, 'pipeline-' || n, 'pipeline-' || n
    FROM s, generate_series(0, ${PIPELINES - 1}) n
  )
  INSERT INTO runs (id, source_id, repository_id, pipeline_id, external_id, number, title, trigger, branch, commit_sha,
                    actor, url, attempt, status, created_at, queued_at, started_at, finished_at)
  SELECT ('00000000-0000-8000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, s.id,
         ('00000000-0000-8000-8001-' || lpad(to_hex(n % ${PIPELINES} % ${REPOSITORIES}), 12, '0'))::uuid,
         ('00000000-0000-8000-8002-' || lpad(to_hex(n % ${PIPELINES}), 12, '0'))::uuid,
         'run-' || n, n, 'Change the ' || n || 'th thing for the better', 'push', 'branch-' || n % 40, md5(n::text) || '00000000',
         'person-' || n % 30, 'https://ci.example.com/acme/service-' || n % ${PIPELINES} % ${REPOSITORIES} || '/runs/' || n, 1,
         (ARRAY['succeeded', 'failed', 'cancelled'])[1 + n % 10 / 8]::status, at, at, at + '5 s', at + '5 s' + n % 900 * '1 s'::interval
  FROM s, generate_series(0, $1::int - 1) n, LATERAL (SELECT '2026-11-01Z'::timestamptz - n * '${SECONDS_APART} s'::interval AS at) t`;

/** So many runs, ${SECONDS_APART} s apart, whose ids and times follow from their number. */
export async function seedRuns(database: Pick<pg.Pool, 'query'>, rows: number): Promise<void> {
  await database.query(SEED, [rows]);
  await database.query('VACUUM ANALYZE runs, pipelines, repositories');
}

export interface PlaceInList {
  key: string;
  id: string;
}

/** Where a page may begin, each time elsewhere. */
function nextPlace(rows: number): () => PlaceInList {
  let at = Math.floor(Math.random() * rows);
  return () => {
    at = (at + STRIDE) % rows;
    const key = new Date(NEWEST - at * SECONDS_APART * 1000).toISOString().replace('Z', '000Z');
    return { key, id: `00000000-0000-8000-8000-${at.toString(16).padStart(12, '0')}` };
  };
}

/** The path of a page of 20, as the `nextCursor` of an answer would lead to it. */
export function nextPagePath(rows: number): () => string {
  const next = nextPlace(rows);
  return () => {
    const { key, id } = next();
    return `/api/v1/runs?limit=20&cursor=${Buffer.from(JSON.stringify([key, id])).toString('base64url')}`;
  };
}
