import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { inlineScriptHashes, securityHeaders } from '../http/security-headers.js';

const COMMAND = fileURLToPath(new URL('web-headers.ts', import.meta.url));
const PAGE = '<!doctype html><script src="/a.js"></script><script>start(1)</script>';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-headers-'));
  await writeFile(join(folder, 'index.html'), PAGE);
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', COMMAND, ...args]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );

it('SEC23 tells nginx every header that the service would send with the page', async () => {
  const { stdout } = await run(join(folder, 'index.html'));

  const headers = securityHeaders('ui', { https: true, scriptHashes: inlineScriptHashes(PAGE) });
  expect(headers.length).toBeGreaterThan(10);
  for (const [name, value] of headers) {
    expect(stdout).toContain(`add_header ${name} `);
    expect(stdout).toContain(`"${value}"`);
  }
  expect(stdout.match(/^add_header .* always;$/gm)).toHaveLength(headers.length);
});

it('needs a page', async () => {
  expect(await run()).toMatchObject({ code: 64, stdout: '' });
  expect(await run(join(folder, 'nothing.html'))).toMatchObject({ code: 1, stdout: '' });
});
