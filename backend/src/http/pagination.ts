import { z } from 'zod';

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

/** Where a page ended: the sort key and id of its last row. Opaque on the wire. */
export interface Cursor {
  key: string;
  id: string;
}

const cursorContent = z.tuple([z.iso.datetime({ offset: true }), z.uuid()]);

const cursorParameter = z
  .string()
  .max(200)
  .transform((text, context): Cursor => {
    try {
      const [key, id] = cursorContent.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
      return { key, id };
    } catch {
      context.addIssue({ code: 'custom', message: 'is not a cursor that an earlier answer gave' });
      return z.NEVER;
    }
  });

/** The query parameters of every list; extend it with the list's filters. */
export const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `is not a whole number from 1 to ${MAX_LIMIT}`)
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_LIMIT))
    .default(DEFAULT_LIMIT)
    .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_LIMIT } }),
  cursor: cursorParameter
    .optional()
    .meta({ override: { type: 'string', description: 'The `nextCursor` of the page before.' } }),
});

export interface PageRequest {
  limit: number;
  cursor?: Cursor | undefined;
}

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const encodeCursor = ({ key, id }: Cursor) => Buffer.from(JSON.stringify([key, id])).toString('base64url');
