import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { answerErrors } from './observe.js';
import { answerNotFound, webUi } from './web-ui.js';

let root: string;
const logged: string[] = [];
const app = express();

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-web-'));
  root = join(folder, 'build');
  await mkdir(join(root, '_app/immutable'), { recursive: true });
  await writeFile(join(folder, 'outside.txt'), 'kept apart');
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Pitwall</title>');
  await writeFile(join(root, 'robots.txt'), 'User-agent: *');
  await writeFile(join(root, '.env'), 'SECRET=1');
  await writeFile(join(root, '_app/immutable/start.abc.js'), 'export {};');
  app.use(webUi(root));
  app.use(answerNotFound);
  const log = { warn: () => undefined, error: (message: string) => void logged.push(message) };
  app.use(answerErrors({ logger: log, reporter: { report: () => undefined }, asUnavailable: () => undefined }));
});
beforeEach(() => void (logged.length = 0));
afterAll(() => rm(join(root, '..'), { recursive: true }));

const get = (path: string) => request(app).get(path);
const browser = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

it('gives the page for each address that a browser asks for, never kept for long', async () => {
  for (const path of ['/', '/runs', '/runs/42?tab=jobs']) {
    const { status, text, headers } = await get(path).set(browser);

    expect({ path, status, text }).toEqual({ path, status: 200, text: expect.stringContaining('Pitwall') });
    expect(headers['cache-control']).toBe('no-cache');
  }
});

it('keeps what never changes for a year, and the rest not at all', async () => {
  const { headers } = await get('/_app/immutable/start.abc.js').expect(200);
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');

  const { headers: others } = await get('/robots.txt').expect(200);
  expect(others['cache-control']).toBe('public, max-age=0');
});

it.each<[string, number, Record<string, string>]>([
  ['/nothing', 404, {}],
  ['/_app/immutable/old.js', 404, {}],
  ['/_app/immutable/old.js', 404, browser],
  ['/.env', 404, {}],
  ['/%2e%2e/outside.txt', 404, {}],
  ['/..%2foutside.txt', 404, {}],
  ['/_app/immutable/..%2f..%2f..%2foutside.txt', 404, {}],
  ['/..%2foutside.txt', 404, { Accept: 'image/png' }],
  ['/%00', 404, {}],
  ['/_app/immutable/%zz', 400, {}],
  ['/robots.txt', 416, { Range: 'bytes=1000-2000' }],
  ['/robots.txt', 412, { 'If-Match': '"another"' }],
])('answers %s with %d as a problem, and takes it for no failure of ours', async (path, expected, headers) => {
  const { status, type, text } = await get(path).set({ Accept: 'application/json', ...headers });

  expect({ status, type, logged }).toEqual({ status: expected, type: 'application/problem+json', logged: [] });
  expect(text).not.toMatch(/kept apart|SECRET/);
});

it('gives no page to what does not read or wants no page', async () => {
  await request(app).post('/runs').set(browser).expect(404);
  await get('/runs').set('Accept', 'application/json').expect(404);
});
