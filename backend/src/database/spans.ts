import { secondsBetween } from './filter.js';
import type { Members } from './json-object.js';

/** The finished statuses come last in the enumeration. */
const isFinished = (table: string) => `${table}.status >= 'succeeded'`;

/** When something ran. Until it is finished it has no end: a provider's "last seen" is none. */
export const ranMembers = (table: string): Members => ({
  startedAt: `${table}.started_at`,
  finishedAt: `CASE WHEN ${isFinished(table)} THEN ${table}.finished_at END`,
  durationSeconds: `CASE WHEN ${isFinished(table)} THEN ${secondsBetween(`${table}.started_at`, `${table}.finished_at`)} END`,
});

/** When something waited and ran. */
export const spanMembers = (table: string): Members => ({
  queuedAt: `${table}.queued_at`,
  ...ranMembers(table),
  queueSeconds: secondsBetween(`${table}.queued_at`, `${table}.started_at`),
});
