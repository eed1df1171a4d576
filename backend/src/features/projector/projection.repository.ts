/* eslint pitwall/static-sql: 'off' -- The names of tables and columns are those of subject.ts. */
import type pg from 'pg';
import type { Row } from './merge.js';
import { subjects, type Subject, type SubjectName } from './subject.js';

/** Reads and writes the derived rows a set at a time, on the connection of one transaction. */
export class ProjectionRepository {
  constructor(private readonly client: Pick<pg.ClientBase, 'query'>) {}

  /** Which of these rows are there. */
  async known(name: SubjectName, ids: string[]): Promise<Set<string>> {
    const { rows } = await this.client.query<{ id: string }>(
      `SELECT id FROM ${subjects[name].table} WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The rows there are, locked until the transaction ends. */
  async lock(name: SubjectName, ids: string[]): Promise<Row[]> {
    const { table } = subjects[name];
    const { rows } = await this.client.query<Row>(
      `SELECT ${readableColumns(name)} FROM ${table} WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids],
    );
    return rows;
  }

  /** Answers the ids that were inserted; a row that another transaction inserted meanwhile is left alone. */
  async insert(name: SubjectName, rows: Row[]): Promise<Set<string>> {
    const { table } = subjects[name];
    const columns = ['id', 'versions', ...Object.keys(subjects[name].columns)].join(', ');
    const { rows: inserted } = await this.client.query<{ id: string }>(
      `INSERT INTO ${table} (${columns})
       SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1) ON CONFLICT (id) DO NOTHING RETURNING id`,
      [JSON.stringify(rows)],
    );
    return new Set(inserted.map(({ id }) => id));
  }

  async update(name: SubjectName, rows: Row[]): Promise<void> {
    const { table, columns } = subjects[name];
    const assignments = ['versions', ...changing(columns)].map((column) => `${column} = new.${column}`).join(', ');
    await this.client.query(
      `UPDATE ${table} AS old SET ${assignments}
       FROM jsonb_populate_recordset(NULL::${table}, $1) AS new WHERE old.id = new.id`,
      [JSON.stringify(rows)],
    );
  }

  /** Tells every process which rows are new, when the transaction commits. */
  async notify(channel: string, message: string): Promise<void> {
    await this.client.query('SELECT pg_notify($1, $2)', [channel, message]);
  }
}

const changing = (columns: Subject['columns']) =>
  Object.entries(columns).flatMap(([column, rule]) => (rule === 'identity' ? [] : [column]));

/** Times in the one form that merging compares; the rest as it is. */
function readableColumns(name: SubjectName): string {
  const columns = Object.keys(subjects[name].columns).map((column) =>
    column.endsWith('_at') ? `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}` : readable(column),
  );
  return ['id', 'versions', ...columns].join(', ');
}

const readable = (column: string) => (column === 'number' ? 'number::float8 AS number' : column);
