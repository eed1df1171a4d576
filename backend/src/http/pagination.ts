import { z } from 'zod';
import { storableText } from './fields.js';

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;
const MAX_NAME_LENGTH = 600;
/** Enough for the longest name where each character is escaped. */
const MAX_CURSOR_LENGTH = 5_000;

/** Where a page ended: the sort key and id of its last row. Opaque on the wire. */
export interface Cursor {
  key: string;
  id: string;
}

const cursorOf = <T>(parts: z.ZodType<T>) =>
  z
    .string()
    .max(MAX_CURSOR_LENGTH)
    .transform((text, context): T => {
      try {
        return parts.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
      } catch {
        context.addIssue({ code: 'custom', message: 'is not a cursor that an earlier answer of this list gave' });
        return z.NEVER;
      }
    })
    .optional()
    .meta({ override: { type: 'string', description: 'The `nextCursor` of the page before.' } });

const keyAndId = (key: z.ZodType<string>) =>
  z.tuple([key, z.uuid()]).transform(([sortKey, id]): Cursor => ({ key: sortKey, id }));

const limit = z
  .string()
  .regex(/^\d{1,3}$/, `is not a whole number from 1 to ${MAX_LIMIT}`)
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_LIMIT))
  .default(DEFAULT_LIMIT)
  .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT } });

/** As our cursors hold it: in UTC, and not before the first year that PostgreSQL writes so. */
const timeKey = z.iso.datetime().refine((time) => time >= '0001');

/** The query parameters of a list that is ordered by time; extend it with the list's filters. */
export const pageQuery = z.strictObject({ limit, cursor: cursorOf(keyAndId(timeKey)) });

/** The same for a list that is ordered by name. */
export const pageByNameQuery = z.strictObject({ limit, cursor: cursorOf(keyAndId(storableText(MAX_NAME_LENGTH))) });

/** A bigint from 1, as text. */
const position = z.string().regex(/^[1-9]\d{0,17}$/);

/** The same for a list that is ordered by position: the cursor is the last row's. */
export const pageByPositionQuery = z.strictObject({
  limit,
  cursor: cursorOf(z.tuple([position]).transform(([last]) => last)),
});

export interface PageRequest {
  limit: number;
  cursor?: Cursor | undefined;
}

/** The answer of a list, of a page as PostgreSQL wrote it. */
export const jsonPage = ({ items, next }: { items: string; next: Cursor | null }): string =>
  pageText(items, next && [next.key, next.id]);

/** The same of a list that is ordered by position, which is the `key`. */
export const jsonPageByPosition = ({ items, next }: { items: string; next: { key: string } | null }): string =>
  pageText(items, next && [next.key]);

const pageText = (items: string, cursor: string[] | null) =>
  `{"items":[${items}],"nextCursor":${cursor ? JSON.stringify(encoded(cursor)) : 'null'}}`;

/** The answer of a list that is ordered by creation, of its rows and one more if there is one. */
export function pageOfRows<Row extends { id: string; createdAt: Date }, Item>(
  rows: Row[],
  limit: number,
  view: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const nextCursor = last ? encodeCursor({ key: last.createdAt.toISOString(), id: last.id }) : null;
  return { items: shown.map(view), nextCursor };
}

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const encodeCursor = ({ key, id }: Cursor): string => encoded([key, id]);

const encoded = (cursor: string[]) => Buffer.from(JSON.stringify(cursor)).toString('base64url');
