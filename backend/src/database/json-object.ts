/** The members of a JSON object, each with the SQL expression that gives its value. */
export type Members = Record<string, string>;

/** SQL for a JSON object that PostgreSQL writes. Without blanks, and a quarter faster than `json_build_object`. */
export const jsonObject = (members: Members): string =>
  `(SELECT row_to_json(o) FROM (SELECT ${Object.entries(members)
    .map(([name, value]) => `${value} AS "${name}"`)
    .join(', ')}) o)`;

/** The same, or null where the joined row of that table is missing. */
export const jsonObjectOf = (table: string, members: Members): string =>
  `CASE WHEN ${table}.id IS NOT NULL THEN ${jsonObject(members)} END`;

/** SQL for a JSON array of objects; `from` says of which rows, from FROM on, and `order` in which order. */
export const jsonArray = (members: Members, order: string, from: string): string =>
  `(SELECT coalesce(json_agg(${jsonObject(members)} ORDER BY ${order}), '[]') ${from})`;
