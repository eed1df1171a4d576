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

const cursorOf = (key: z.ZodType<string>) =>
  z
    .string()
    .max(MAX_CURSOR_LENGTH)
    .transform((text, context): Cursor => {
      try {
        const [sortKey, id] = z.tuple([key, z.uuid()]).parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
        return { key: sortKey, id };
      } catch {
        context.addIssue({ code: 'custom', message: 'is not a cursor that an earlier answer of this list gave' });
        return z.NEVER;
      }
    })
    .optional()
    .meta({ override: { type: 'string', description: 'The `nextCursor` of the page before.' } });

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
export const pageQuery = z.strictObject({ limit, cursor: cursorOf(timeKey) });

/** The same for a list that is ordered by name. */
export const pageByNameQuery = z.strictObject({ limit, cursor: cursorOf(storableText(MAX_NAME_LENGTH)) });

export interface PageRequest {
  limit: number;
  cursor?: Cursor | undefined;
}

/** The answer of a list, of a page as PostgreSQL wrote it. */
export const jsonPage = ({ items, next }: { items: string; next: Cursor | null }): string =>
  `{"items":[${items}],"nextCursor":${next ? JSON.stringify(encodeCursor(next)) : 'null'}}`;

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const encodeCursor = ({ key, id }: Cursor): string =>
  Buffer.from(JSON.stringify([key, id])).toString('base64url');
