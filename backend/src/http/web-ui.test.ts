import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { answerNotFound } from './methods.js';
import { answerErrors } from './observe.js';
import { webUi } from './web-ui.js';

let root: string;
const logged: string[] = [];
const passedOn: string[] = [];
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
  app.use(webUi(root, { https: true }));
  app.use((req, _res, next) => {
    passedOn.push(req.path);
    next();
  });
  app.use(answerNotFound);
  const log = { warn: () => undefined, error: (message: string) => void logged.push(message) };
  app.use(answerErrors({ logger: log, reporter: { report: () => undefined }, asUnavailable: () => undefined }));
});
beforeEach(() => {
  logged.length = 0;
  passedOn.length = 0;
});
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

it('leaves a page that it has sent to nobody else', async () => {
  await get('/').set(browser).expect(200);
  const { headers } = await get('/').set(browser).expect(200);
  await get('/')
    .set({ ...browser, 'If-None-Match': String(headers.etag) })
    .expect(304);
  // What is passed on is passed on after the answer is out.
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(passedOn).toEqual([]);
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

it('gives no page to what wants no page, and a cache can tell', async () => {
  const { headers } = await get('/runs').set('Accept', 'application/json').expect(404);

  expect(headers.vary).toBe('Accept');
  expect((await get('/runs').set(browser)).headers.vary).toBe('Accept');
});

it.each(['/', '/runs', '/robots.txt', '/_app/immutable/start.abc.js', '/nothing.js'])(
  'SEC32 lets %s be read, and nothing else be done with it',
  async (path) => {
    for (const method of ['post', 'put', 'patch', 'delete', 'trace', 'propfind'] as const) {
      const { status, type, headers } = await request(app)[method](path).set(browser);

      expect({ method, status, type, allow: headers.allow }).toEqual({
        ...{ method, status: 405, type: 'application/problem+json', allow: 'GET, HEAD, OPTIONS' },
      });
    }
    const { headers } = await request(app).options(path).expect(204);
    expect(headers.allow).toBe('GET, HEAD, OPTIONS');
  },
);

it.each(['/.env', '/.git/config', '/%2egit/HEAD', '/a/.htpasswd', '/.well-known/nothing', '/_app/start.js.map'])(
  'SEC42 says that there is nothing at %s also to a browser',
  async (path) => {
    await get(path).set(browser).expect(404);
  },
);

describe('SEC23 the security headers of the front end', () => {
  const policyOf = async (path: string) =>
    String((await get(path).set(browser).expect(200)).headers['content-security-policy']);

  it('are there for pages and for files', async () => {
    for (const path of ['/', '/runs/42', '/robots.txt', '/_app/immutable/start.abc.js']) {
      const { headers } = await get(path).set(browser).expect(200);

      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'strict-transport-security': 'max-age=63072000; includeSubDomains',
        'permissions-policy': expect.stringContaining('camera=()'),
        'x-frame-options': 'DENY',
      });
    }
  });

  it('allow the one inline script of the page, also after another build', async () => {
    const hash = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
    for (const script of ['start(1)', 'start(2)']) {
      await writeFile(join(root, 'index.html'), `<!doctype html><title>Pitwall</title><script>${script}</script>`);

      for (const path of ['/runs', '/', '/index.html']) {
        expect(await policyOf(path)).toContain(`script-src 'self' ${hash(script)};`);
      }
    }
    expect(await policyOf('/robots.txt')).toContain(`script-src 'self';`);
  });

  it('need no page: without one, there is nothing', async () => {
    const html = await readFile(join(root, 'index.html'));
    await rm(join(root, 'index.html'));
    const { status } = await get('/runs').set(browser);
    await writeFile(join(root, 'index.html'), html);

    expect({ status, logged }).toEqual({ status: 404, logged: [] });
  });
});
