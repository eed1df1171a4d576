/**
 * The content policies of the pages, in a real browser against a running Pitwall: what they forbid, no page needs.
 *
 *   BASE_URL=http://localhost:8000 npm run e2e -w frontend
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { executablePath, launchBrowser, whyNoBrowser } from './browser.ts';

const BASE_URL = process.env['BASE_URL'] ?? 'http://localhost:8000';
const WITHOUT_BROWSER = { skip: executablePath === undefined ? whyNoBrowser : false };

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

async function sendRun(pipeline: string): Promise<void> {
  const started_at = new Date(Date.now() - 60_000).toISOString();
  const times = { status: 'failed', started_at, finished_at: new Date().toISOString() };
  const data = { pipeline, run_id: randomUUID(), attempt: 1, jobs: [{ name: 'build', ...times }], ...times };
  const answer = await fetch(new URL('/api/v1/ingest', BASE_URL), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'pipeline_run', source: 'e2e', data }),
  });
  assert.ok(answer.ok, `POST /api/v1/ingest answered ${answer.status}: ${await answer.text()}`);
}

describe('SEC23 the content policy', WITHOUT_BROWSER, () => {
  let browser: Browser;
  let context: BrowserContext;
  before(async () => {
    browser = await launchBrowser();
    context = await openContext(browser);
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
      await sendRun(pipeline);
      await page.getByRole('article', { name: pipeline }).getByRole('list').getByRole('link').last().click();
      await page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await page.getByRole('button', { name: /theme/ }).click();
    });
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
