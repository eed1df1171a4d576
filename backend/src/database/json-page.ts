import type pg from 'pg';
import type { Filter } from './filter.js';
import { prepared } from './prepared.js';

/** A page of a list as PostgreSQL wrote it. */
export interface JsonPage {
  /** The items as JSON, with commas between. */
  items: string;
  /** Sort key and id of the last item; null where no more follow. */
  next: { key: string; id: string } | null;
}

interface PageRow {
  items: string;
  key: string | null;
  id: string | null;
  more: boolean;
}

/**
 * Reads a page in one row, since each row more is parsed by the driver. `text` selects `key`, `id` and `json` of at least
 * one row more than `limit`, in order; its parameters are the filter's.
 */
export async function readPage(
  pool: Pick<pg.Pool, 'query'>,
  text: string,
  filter: Filter,
  limit: number,
): Promise<JsonPage> {
  const last = `${filter.parameter(limit)}::int`;
  const page = `
    SELECT coalesce(string_agg(json, ',' ORDER BY place) FILTER (WHERE place <= ${last}), '') AS items,
           max(key) FILTER (WHERE place = ${last}) AS key, max(id::text) FILTER (WHERE place = ${last}) AS id,
           count(*) > ${last} AS more
    FROM (SELECT rows.*, row_number() OVER () AS place FROM (${text}) AS rows) AS numbered`;
  // eslint-disable-next-line pitwall/static-sql -- `text` is looked at where it is handed in.
  const { rows } = await pool.query<PageRow>(prepared(page, filter.values));
  const { items = '', key = null, id = null, more = false } = rows[0] ?? {};
  return { items, next: more && key !== null && id !== null ? { key, id } : null };
}
