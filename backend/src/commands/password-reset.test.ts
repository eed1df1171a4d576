import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { createUser, type TestUser } from '../../test/callers.js';
import { createDatabase, type TestDatabase } from '../../test/databases.js';

const COMMAND = fileURLToPath(new URL('password-reset.ts', import.meta.url));

let database: TestDatabase;
let client: pg.Client;
let user: TestUser;

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  user = await createUser(client, { role: 'admin' });
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** As the role of the service. */
async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { DATABASE_URL: database.url, PITWALL_SECRET_KEY: randomBytes(32).toString('base64') };
  return promisify(execFile)(process.execPath, ['--import', 'tsx', COMMAND, ...args], { env }).then(
    (done) => ({ code: 0, ...done }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

it('prints a link for whoever has that address, and leaves a row in the audit log', async () => {
  const { code, stdout } = await run(user.email.toUpperCase());

  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Open this once, until .*:\nhttp:\/\/localhost:8000\/activate#[\w-]{43}\n$/),
  });
  const links = await client.query('SELECT 1 FROM account_links WHERE user_id = $1', [user.id]);
  expect(links.rowCount).toBe(1);
  const { rows } = await client.query('SELECT action, actor_kind, target_id FROM audit_entries');
  expect(rows).toEqual([{ action: 'user.password_reset_issued', actor_kind: 'system', target_id: user.id }]);
});

it.each([
  ['nobody@example.com', 1, 'There is no user with the e-mail address nobody@example.com.\n'],
  ['', 2, 'Whose password? Give their e-mail address.\n'],
])('says of %j that there is nobody', async (email, code, stderr) => {
  expect(await run(email)).toMatchObject({ code, stdout: '', stderr });
});
