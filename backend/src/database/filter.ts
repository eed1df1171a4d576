interface Cursor {
  key: string;
  id: string;
}

/** The conditions of a WHERE clause, with their values as parameters. Conditions are written by us; only values come from outside. */
export class Filter {
  readonly values: unknown[] = [];
  private readonly conditions: string[] = [];

  constructor(...conditions: string[]) {
    this.conditions.push(...conditions);
  }

  /** Adds the condition where there is a value; `?` in it stands for the value. */
  and(condition: string, value: unknown): this {
    if (value !== undefined) this.conditions.push(condition.replaceAll('?', this.parameter(value)));
    return this;
  }

  /** Answers the placeholder of a further value. */
  parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Only rows that come after the cursor of a list that is ordered by time, newest first, and by id. */
  after(column: string, id: string, cursor: Cursor | undefined): this {
    if (!cursor) return this;
    const [key, last] = [this.parameter(cursor.key), this.parameter(cursor.id)];
    this.conditions.push(`(${column}, ${id}) < (${key}::timestamptz, ${last}::uuid)`);
    return this;
  }

  /** Only rows that come after the cursor of a list that is ordered by name, and by id. */
  afterAscending(column: string, id: string, cursor: Cursor | undefined): this {
    if (!cursor) return this;
    const [key, last] = [this.parameter(cursor.key), this.parameter(cursor.id)];
    this.conditions.push(`(${column}, ${id}) > (${key}::text, ${last}::uuid)`);
    return this;
  }

  get where(): string {
    return this.conditions.length === 0 ? '' : `WHERE ${this.conditions.join(' AND ')}`;
  }
}

/** A value as the pattern of ILIKE that finds it anywhere. */
export const containing = (text: string | undefined) =>
  text === undefined ? undefined : `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** A time as a cursor holds it: exact to the microsecond. */
export const timeKey = (column: string) => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Seconds from one time to another; null where one is missing, or they are the wrong way round. */
export const secondsBetween = (from: string, to: string) =>
  `CASE WHEN ${to} >= ${from} THEN round(extract(epoch FROM ${to} - ${from}), 3)::float8 END`;

/**
 * How many rows to ask for, to show `limit` and know whether more follow. Written into the statement, since PostgreSQL
 * plans a limit that it does not know for a tenth of the table; and of few sizes, so that there are few statements.
 */
export const pageLimit = (limit: number): number => ([20, 50].find((size) => size >= limit) ?? 100) + 1;
