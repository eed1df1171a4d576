import { expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { ROOT } from '../../../scripts/checks/command.js';

const eslint = new ESLint({ cwd: ROOT, ruleFilter: ({ ruleId }) => /static-sql|no-restricted-syntax/.test(ruleId) });

/** What the project's own configuration says of it as a repository of a feature. */
async function faultsOf(body: string): Promise<(string | null)[]> {
  const text = `import type pg from 'pg';
    import { Filter, pageLimit, timeKey } from '../../database/filter.js';
    import { jsonObject } from '../../database/json-object.js';
    import { prepared } from '../../database/prepared.js';
    import type { Database } from '../../database/client.js';
    const MEMBERS = { id: 'r.id', createdAt: 'r.created_at' };
    const COLUMNS = \`\${jsonObject({ ...MEMBERS })}::text\`;
    export async function read(pool: pg.Pool, database: Database, input: string, ids: string[]) {
      const filter = new Filter('r.id IS NOT NULL').and('r.branch = ?', input);
      ${body}
    }`;
  const [result] = await eslint.lintText(text, { filePath: 'backend/src/features/runs/run.repository.ts' });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

it.each([
  ['text without values', 'return pool.query(`SELECT 1`);'],
  ['constants', 'return pool.query(`SELECT ${COLUMNS} FROM runs r WHERE id = $1`, [input]);'],
  [
    'builders, filters and numbers',
    'return pool.query(prepared(`SELECT ${timeKey("r.created_at")} FROM runs r ${filter.where} LIMIT ${pageLimit(20)}`, filter.values));',
  ],
  ['a choice between literals', 'return pool.query(`SELECT 1 ORDER BY 1 ${input === "up" ? "ASC" : "DESC"}`);'],
  ['a template tag', 'return database.$queryRaw`SELECT ${input}`;'],
  [
    'an identifier that is escaped',
    'return (await pool.connect()).query(`LISTEN ${pool.Client.prototype.escapeIdentifier(input)}`);',
  ],
])('SEC14 lets SQL be made of %s', async (_, body) => {
  expect(await faultsOf(body)).toEqual([]);
});

it.each([
  ['interpolates a value', "return pool.query(`SELECT * FROM runs WHERE branch = '${input}'`);"],
  ['adds a value', 'return pool.query("SELECT * FROM runs WHERE branch = " + input);'],
  ['joins values', 'return pool.query(`SELECT * FROM runs WHERE id IN (${ids.join()})`);'],
  ['takes a value for SQL', 'return pool.query(input);'],
  ['hides it in a constant', 'const sql = `SELECT ${input}`; return pool.query(sql);'],
  ['hides it in a builder', 'return pool.query(`SELECT ${jsonObject({ id: input })}`);'],
  ['hides it in a prepared query', 'return pool.query(prepared(`SELECT ${input}`, []));'],
  ['hides it in a named query', 'return pool.query({ name: "n", text: `SELECT ${input}` });'],
  ['filters by it', 'return pool.query(`SELECT 1 ${filter.and(`r.branch = ${input}`, 1).where}`);'],
])('SEC14 refuses SQL that %s', async (_, body) => {
  expect(await faultsOf(body)).toEqual(['pitwall/static-sql']);
});

it.each([
  ['$queryRawUnsafe', 'return database.$queryRawUnsafe(input);'],
  ['$executeRawUnsafe', 'return database.$executeRawUnsafe(input);'],
  ['$queryRaw as a function', 'return database.$queryRaw(input as never);'],
])('SEC14 refuses %s', async (_, body) => {
  expect(await faultsOf(body)).toEqual(['no-restricted-syntax']);
});
