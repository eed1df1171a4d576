/**
 * The content policies of the pages, in a real browser against a running Pitwall: what they forbid, no page needs.
 *
 *   BASE_URL=http://localhost:8000 PITWALL_ADMIN_PASSWORD=... npm run e2e -w frontend
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, openSession, skip } from './browser.ts';
import { Api, BASE_URL } from './service.ts';

/** What was forbidden to a context's pages, what threw on them, and what the browser complained of. */
const complaints: string[] = [];

async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: BASE_URL });
  await context.exposeFunction('complain', (complaint: string) => void complaints.push(complaint));
  await context.addInitScript(() => {
    const { complain } = window as unknown as { complain(complaint: string): void };
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
      complain(`${effectiveDirective} forbade ${blockedURI} at ${sourceFile}:${lineNumber}`),
    );
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return context;
}

async function sendRun(api: Api, pipeline: string): Promise<void> {
  const started_at = new Date(Date.now() - 60_000).toISOString();
  const times = { status: 'failed', started_at, finished_at: new Date().toISOString() };
  const data = { pipeline, run_id: randomUUID(), attempt: 1, jobs: [{ name: 'build', ...times }], ...times };
  await api.request('POST', '/ingest', { type: 'pipeline_run', source: 'e2e', data });
}

describe('SEC23 the content policy', { skip }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let api: Api;
  before(async () => {
    api = await Api.signIn();
    browser = await launchBrowser();
    context = await openContext(browser);
    await openSession(context);
  });
  after(() => browser?.close());

  async function withoutComplaint(path: string, work: (page: Page) => Promise<void>): Promise<void> {
    complaints.length = 0;
    const page = await context.newPage();
    const answer = await page.goto(path);
    assert.match(answer?.headers()['content-security-policy'] ?? '', /^default-src 'none';script-src 'self'/);
    await work(page);
    await page.close();
    assert.deepEqual(complaints, []);
  }

  it('lets the pages of the front end work', async () => {
    await withoutComplaint('/', async (page) => {
      const pipeline = `policies ${randomUUID().slice(0, 8)}`;
      await page.getByRole('status').filter({ hasText: /Live$/ }).waitFor();
      await sendRun(api, pipeline);
      await page.getByRole('article', { name: pipeline }).getByRole('list').getByRole('link').last().click();
      await page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await page.getByRole('button', { name: /theme/ }).click();
    });
  });

  it('lets people be looked after', async () => {
    for (const [path, button] of [
      ['/users', 'Invite a person'],
      ['/sources', 'Connect a source'],
      ['/tokens', 'Create a token'],
      ['/account', /^Show the current password/],
      ['/account/sessions', /: menu$/],
      ['/audit', /^Details of/],
    ] as const) {
      await withoutComplaint(path, async (page) => {
        await page.getByRole('button', { name: button }).first().click();
        await page.getByRole('link', { name: 'Pipelines' }).first().waitFor({ state: 'attached' });
      });
    }
  });

  it('lets somebody sign in by a link or a password', async () => {
    const nobodys = await openContext(browser);
    const page = await nobodys.newPage();
    complaints.length = 0;
    for (const path of ['/signin', '/activate#unknown', '/setup#unknown']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    await nobodys.close();
    // That nobody is signed in, and that the links are unknown, is what the service answers.
    assert.deepEqual(
      complaints.filter((complaint) => !/status of 40[14]/.test(complaint)),
      [],
    );
  });

  it('lets the documentation of the API work', async () => {
    await withoutComplaint('/api/docs', async (page) => {
      const operation = (path: string) =>
        page.locator('.opblock').filter({ has: page.locator(`[data-path="${path}"]`) });
      const reading = operation('/api/v1/info');
      await reading.getByRole('button').first().click();
      await reading.getByRole('button', { name: 'Execute' }).click();
      await reading.locator('.live-responses-table').getByText('"Pitwall"').waitFor();

      const writing = operation('/api/v1/ingest').first();
      await writing.getByRole('button').first().click();
      await writing.getByRole('textbox').first().waitFor();
      await page.locator('.models').getByRole('button').nth(1).click();
    });
  });

  const ELSEWHERE = 'https://elsewhere.example/';
  for (const [tag, attribute, value, directive] of [
    ['script', 'src', ELSEWHERE, 'require-trusted-types-for'],
    ['img', 'onerror', 'alert(1)', 'require-trusted-types-for'],
    ['img', 'src', ELSEWHERE, 'img-src'],
    ['iframe', 'src', ELSEWHERE, 'frame-src'],
    ['p', 'style', 'position: fixed', 'style-src-attr'],
  ] as const) {
    it(`forbids <${tag} ${attribute}="${value}"> to a page of the front end`, async () => {
      const page = await context.newPage();
      await page.goto('/');
      const forbidden = await page.evaluate(
        async ([name, key, text]) => {
          const report = new Promise<SecurityPolicyViolationEvent>((resolve) =>
            addEventListener('securitypolicyviolation', resolve, { once: true }),
          );
          const element = document.createElement(name);
          try {
            element.setAttribute(key, text);
          } catch {
            // Trusted Types throw, and report like the rest.
          }
          document.body.append(element);
          return (await report).effectiveDirective;
        },
        [tag, attribute, value] as const,
      );
      await page.close();
      assert.equal(forbidden, directive);
    });
  }
});
