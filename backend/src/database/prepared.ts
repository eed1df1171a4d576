import { hash } from 'node:crypto';
import type pg from 'pg';

/** Names of the texts seen so far: a memo, and a small one, since texts are ours and few. */
const names = new Map<string, string>();

/**
 * A query whose statement PostgreSQL keeps parsed and planned, under a name made of its text. For texts of which there
 * are few: those of lists with their combinations of filters, where planning would cost more than reading.
 */
export function prepared(text: string, values: unknown[]): pg.QueryConfig {
  const name = names.get(text) ?? hash('sha1', text);
  names.set(text, name);
  return { name, text, values };
}
