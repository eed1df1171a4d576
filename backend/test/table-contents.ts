import type pg from 'pg';

/** When somebody or something was last seen: what alone may change where nothing does. */
const SEEN = ['last_seen_at', 'last_used_at'];

/** Every row of every table but those that are left out, as JSON text in some fixed order. */
export async function tableContents(
  pool: Pick<pg.Pool, 'query'>,
  without: string[] = [],
): Promise<Record<string, string[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> '_prisma_migrations' ORDER BY 1`,
  );
  const read = async ({ name }: { name: string }): Promise<[string, string[]]> => {
    const query = `SELECT (to_jsonb(t) - $1::text[])::text AS row FROM "${name}" t ORDER BY 1`;
    const { rows } = await pool.query<{ row: string }>(query, [SEEN]);
    return [name, rows.map(({ row }) => row)];
  };
  return Object.fromEntries(await Promise.all(tables.filter(({ name }) => !without.includes(name)).map(read)));
}
