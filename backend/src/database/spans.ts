import { secondsBetween } from './filter.js';

/** The finished statuses come last in the enumeration. */
export const isFinished = (table: string) => `${table}.status >= 'succeeded'`;

/** The end, once finished: until then a provider's "last seen" is no end. */
export const finishedAt = (table: string) => `CASE WHEN ${isFinished(table)} THEN ${table}.finished_at END`;

export const durationSeconds = (table: string) =>
  `CASE WHEN ${isFinished(table)} THEN ${secondsBetween(`${table}.started_at`, `${table}.finished_at`)} END`;

/** When something waited and ran, as members of a json_build_object. */
export const spanColumns = (table: string) => `
  'queuedAt', ${table}.queued_at, 'startedAt', ${table}.started_at, 'finishedAt', ${finishedAt(table)},
  'queueSeconds', ${secondsBetween(`${table}.queued_at`, `${table}.started_at`)},
  'durationSeconds', ${durationSeconds(table)}`;
