import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const COMMAND = fileURLToPath(new URL('pitwall.ts', import.meta.url));

async function run(args: string[], env: Record<string, string> = {}) {
  return promisify(execFile)(process.execPath, ['--import', 'tsx', COMMAND, ...args], { env }).then(
    (done) => ({ code: 0, ...done }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

it.each([['nonsense'], ['toString'], ['--version']])('says how it is used when it is told to %s', async (name) => {
  const { code, stdout, stderr } = await run([name]);

  expect({ code, stdout, stderr }).toEqual({ code: 64, stdout: '', stderr: expect.stringMatching(/^Use `pitwall/) });
});

it('says the same when it is asked', async () => {
  expect(await run(['help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('audit-verify'), stderr: '' });
});

it('hands a command the arguments after its name', async () => {
  expect(await run(['password-reset'])).toMatchObject({ code: 2, stderr: expect.stringContaining('Whose password?') });
  expect(await run(['audit-verify', '3'])).toMatchObject({ code: 1, stderr: expect.stringContaining('POSITION:HASH') });
});

it('serves when it is told nothing', async () => {
  expect(await run([], { NODE_ENV: 'production' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('DATABASE_URL: is needed in production'),
  });
});

describe('the health check', () => {
  let server: Server;
  let status = 200;
  const asked: string[] = [];
  const health = () => run(['health'], { PORT: String((server.address() as AddressInfo).port) });

  beforeAll(async () => {
    server = createServer((req, res) => {
      asked.push(String(req.url));
      // Without an answer, for a process that hangs.
      if (status !== 0) res.writeHead(status, { location: '/elsewhere' }).end();
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    [200, 0, /^ready: \S+ answered 200\n$/],
    [503, 1, /^not ready: \S+ answered 503\n$/],
    [301, 1, /^not ready: \S+ answered 301\n$/],
    [0, 1, /^not ready: \S+ did not answer: .*timeout.*\n$/],
  ])('takes %d for %d', async (answered, code, says) => {
    status = answered;

    expect(await health()).toMatchObject({ code, stdout: expect.stringMatching(says) });
    expect(new Set(asked)).toEqual(new Set(['/health/ready']));
  });

  it('says that nobody is there', async () => {
    expect(await run(['health'], { PORT: '9' })).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^not ready/),
    });
  });
});
