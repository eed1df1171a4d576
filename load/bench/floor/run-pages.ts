import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import pg from 'pg';

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

/** A bare node:http server that reads each page by a prepared statement: the usual way, with nothing around it. */
export async function serveRunPages(url: string, poolSize: number): Promise<Server> {
  const pool = new pg.Pool({ connectionString: url, max: poolSize });
  const server = createServer((request, response) => {
    const cursor = new URLSearchParams(request.url?.split('?')[1]).get('cursor') ?? '';
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, string];
    void pool.query({ name: 'page', text: PAGE, values }).then(({ rows }) => {
      const { created_at: key, id } = rows.at(-1) as { created_at: Date; id: string };
      const nextCursor = Buffer.from(JSON.stringify([key, id])).toString('base64url');
      const body = Buffer.from(JSON.stringify({ items: rows.slice(0, 20), nextCursor }));
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
    });
  }).listen(0, '127.0.0.1');
  server.once('close', () => void pool.end());
  await once(server, 'listening');
  return server;
}
