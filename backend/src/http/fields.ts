import { z } from 'zod';

/** A `Date` in the code, or the text PostgreSQL wrote; on the wire ISO 8601 in UTC. */
export const timestamp = () =>
  z.union([z.date(), z.iso.datetime({ offset: true })]).meta({ override: { type: 'string', format: 'date-time' } });

/** A time given by a caller. */
export const givenTime = () =>
  z.iso
    .datetime({ offset: true, error: 'is not an ISO 8601 time with an offset, such as 2026-01-31T12:00:00Z' })
    .transform((text) => new Date(text))
    .pipe(z.date().min(new Date('1970-01-01'), 'is before 1970').max(new Date('9999-12-31'), 'is too far away'));

/** Text that PostgreSQL can keep: no NUL, no lone surrogate. */
export const storableText = (maxLength: number, minLength = 1) =>
  z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'has a character that cannot be stored');

export const httpUrl = () => z.url({ protocol: /^https?$/, error: 'is not an http or https URL' }).max(2048);

/** The query parameters of a list that can be cut to a time window. */
export const timeWindow = () => ({
  from: givenTime()
    .optional()
    .meta({ override: { type: 'string', format: 'date-time' } }),
  to: givenTime()
    .optional()
    .meta({ override: { type: 'string', format: 'date-time', description: 'Not including it.' } }),
});
