import { z } from 'zod';
import { cleanText } from '../../../database/storable-text.js';
import { firstLine } from '../text.js';

/**
 * The kinds of field in GitHub's payloads. What a fact cannot do without is refused when it is missing or of another
 * kind; what is optional and cannot be read counts as not said, so that one odd field does not cost the whole event.
 */

const NAME_LENGTH = 255;
const LINE_LENGTH = 500;
const URL_LENGTH = 2048;
/** The largest `integer` of PostgreSQL: no count that GitHub sends comes near it. */
const MAX_COUNT = 2 ** 31 - 1;

const ISO_8601 = z.core.regexes.datetime({ offset: true });
const EXPANDED_YEAR = /^[+-]\d{6}-/;
const WEB_URL = /^https?:\/\/[^\s\p{Cc}]+$/iu;

/** GitHub's numeric identifiers, kept as strings like every provider's. */
export const identifier = () => z.int().positive().transform(String);

/** From 1: an attempt, the number of a pull request, the place of a step. */
export const ordinal = () => z.int().positive().max(MAX_COUNT);

export const optionalCount = () => z.int().nonnegative().max(MAX_COUNT).optional().catch(undefined);

/** Names, branches, hashes. */
export const name = () => required(NAME_LENGTH);
export const optionalName = () => optional(NAME_LENGTH);

/** Titles, descriptions, the first lines of messages; may be empty. */
export const line = () => z.string().transform((value) => cleanText(value, LINE_LENGTH));
export const optionalLine = () => optional(LINE_LENGTH);

/** The first line of a commit's message. */
export const messageLine = () => z.string().transform((message) => cleanText(firstLine(message), LINE_LENGTH));

/** Cut to nothing rather than to a link that leads elsewhere. */
export const optionalUrl = () =>
  z
    .string()
    .transform((value) => {
      const url = cleanText(value, URL_LENGTH + 1);
      return url.length <= URL_LENGTH && WEB_URL.test(url) && URL.canParse(url) ? url : undefined;
    })
    .optional()
    .catch(undefined);

/** ISO 8601 with an offset or, as in the repository of a push, seconds since 1970. */
export const time = () =>
  z
    .unknown()
    .optional()
    .transform((value, context) => {
      const date = toDate(value);
      if (!date) context.addIssue({ code: 'custom', message: 'expected a time' });
      return date ?? z.NEVER;
    });

/** What is not a time, or is one outside the years 1970 to 9999, counts as not said. */
export const optionalTime = () => z.unknown().optional().transform(toDate);

/** A part of the payload that may be null, absent, or of another kind. */
export const optionalPart = <S extends z.ZodRawShape>(shape: S) => z.object(shape).optional().catch(undefined);

function toDate(value: unknown): Date | undefined {
  if (typeof value === 'string' && EXPANDED_YEAR.test(value)) return undefined;
  const milliseconds = toMilliseconds(value);
  if (milliseconds === undefined) return undefined;
  const date = new Date(milliseconds);
  // The year of a number too large for a Date is NaN, which fails both comparisons.
  const year = date.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? date : undefined;
}

function toMilliseconds(value: unknown): number | undefined {
  if (typeof value === 'string' && ISO_8601.test(value)) return Date.parse(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value * 1000;
  return undefined;
}

function required(maxLength: number) {
  return z
    .string()
    .transform((value) => cleanText(value, maxLength))
    .refine((value) => value !== '', { error: 'expected text' });
}

function optional(maxLength: number) {
  return z
    .string()
    .transform((value) => cleanText(value, maxLength) || undefined)
    .optional()
    .catch(undefined);
}
