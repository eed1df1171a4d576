import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, execute, type TestDatabase } from '../../test/databases.js';

const COMMAND = fileURLToPath(new URL('audit-verify.ts', import.meta.url));

let database: TestDatabase;
let head: string;

beforeAll(async () => {
  database = await createDatabase();
  await execute(
    database.url,
    `INSERT INTO audit_entries (at, action, outcome, actor_kind) SELECT now(), 'test', 'denied', 'system'
     FROM generate_series(1, 3)`,
  );
});
afterAll(() => database.drop());

/** As the role of the service. */
async function verify(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { DATABASE_URL: database.url, PITWALL_SECRET_KEY: randomBytes(32).toString('base64') };
  return promisify(execFile)(process.execPath, ['--import', 'tsx', COMMAND, ...args], { env }).then(
    (done) => ({ code: 0, ...done }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

const tamper = (statement: string) =>
  execute(database.ownerUrl, `ALTER TABLE audit_entries DISABLE TRIGGER USER; ${statement}`);

it('says how many rows there are and where the chain ends', async () => {
  const { code, stdout } = await verify();

  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^3 rows, and each fits\. The head is 3:/),
  });
  head = String(/3:[0-9a-f]{64}/.exec(stdout)?.[0]);
  expect(await verify(head)).toMatchObject({ code: 0 });
});

it('explains itself where the head is none', async () => {
  expect(await verify('3')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('POSITION:HASH') });
});

it('SEC27 fails where the end was cut off, and says from where on', async () => {
  await tamper('DELETE FROM audit_entries WHERE position = 3');

  expect(await verify()).toMatchObject({ code: 0 });
  expect(await verify(head)).toMatchObject({ code: 1, stdout: expect.stringMatching(/^Position 3 is missing/) });
});

it('SEC27 fails where a row was edited, and names it', async () => {
  await tamper(`UPDATE audit_entries SET action = 'other' WHERE position = 2`);

  expect(await verify()).toMatchObject({
    code: 1,
    stdout: 'Position 2 was changed: its hash is not that of its fields.\nThe 1 rows before it fit.\n',
  });
});
