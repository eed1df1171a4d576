import { hash } from 'node:crypto';
import type pg from 'pg';

/**
 * A query whose statement PostgreSQL keeps parsed and planned, under a name made of its text. For texts of which there
 * are few: those of lists with their combinations of filters, where planning would cost more than reading.
 */
export function prepared(text: string, values: unknown[]): pg.QueryConfig {
  return { name: hash('sha1', text), text, values };
}
