/**
 * The wall and the page of a run, in a real browser against a running Pitwall. It adds a pipeline of its own.
 *
 *   BASE_URL=http://localhost:8000 PITWALL_ADMIN_PASSWORD=... npm run e2e -w frontend
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { assertFits, audit, openSession, PHONE, skip, THEMES, useBrowser } from './browser.ts';
import { Api } from './service.ts';

const pipeline = `checkout ${randomUUID().slice(0, 8)}`;
const startedAt = new Date(Date.now() - 20_000).toISOString();

let api: Api;

/** Tells the service about one run of the test's own pipeline. */
async function sendRun(runId: string, fields: { status: string; finished_at?: string }): Promise<void> {
  const step = { name: 'compile', status: 'running', started_at: startedAt };
  const job = { name: 'build', status: 'running', started_at: startedAt, steps: [step] };
  const run = {
    pipeline,
    run_id: runId,
    attempt: 1,
    started_at: startedAt,
    branch: 'main',
    commit: 'abc123',
    jobs: [job],
  };
  await api.request('POST', '/ingest', { type: 'pipeline_run', source: 'e2e', data: { ...run, ...fields } });
}

describe('the wall', { skip }, () => {
  const withAnyPage = useBrowser();
  before(async () => {
    api = await Api.signIn();
  });

  const withPage = (options: BrowserContextOptions, work: (page: Page) => Promise<void>) =>
    withAnyPage(options, async (page) => {
      await openSession(page);
      await work(page);
    });

  const card = (page: Page) => page.getByRole('article', { name: pipeline });
  const liveStream = (page: Page) => page.getByRole('status').filter({ hasText: /Live$/ });

  async function openRun(page: Page): Promise<void> {
    await page.goto(`/?q=${encodeURIComponent(pipeline)}`);
    await card(page).getByRole('list').getByRole('link').last().click();
    await page.waitForURL(/\/runs\//);
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  }

  const runId = randomUUID();

  it('shows a pipeline on a wall that was open before its first event', async () => {
    await withPage({}, async (page) => {
      await page.goto('/');
      await liveStream(page).waitFor();
      const opened = await page.evaluate(() => performance.timeOrigin);
      assert.equal(await card(page).count(), 0);

      await sendRun(runId, { status: 'running' });

      await card(page).getByText('Running', { exact: true }).waitFor();
      assert.equal(await page.evaluate(() => performance.timeOrigin), opened, 'the page was loaded again');
    });
  });

  it('keeps the filters in the address', async () => {
    await withPage({}, async (page) => {
      await page.goto('/');
      await page.getByRole('searchbox').fill(pipeline);
      await page.waitForURL((url) => url.searchParams.get('q') === pipeline);
      await card(page).waitFor();

      await page.getByRole('link', { name: /Failed$/ }).click();
      await page.getByRole('heading', { name: 'No pipeline matches' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'No pipeline matches' }).waitFor();
      assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), { q: pipeline, status: 'failed' });
    });
  });

  it('lists the jobs of a run in a table, with their steps', async () => {
    await withPage({}, async (page) => {
      await openRun(page);
      const jobs = page.getByRole('table', { name: /Jobs/ });

      await jobs.getByRole('row', { name: /build.*Running/ }).waitFor();
      await jobs.getByRole('button', { name: /build/ }).click();

      await jobs.getByRole('row', { name: /compile.*Running/ }).waitFor();
    });
  });

  it('says what is not there', async () => {
    await withPage({}, async (page) => {
      await page.goto(`/runs/${randomUUID()}`);
      await page.getByRole('heading', { name: 'Not found' }).waitFor();
      await audit(page);
    });
  });

  it('remembers the theme that was chosen', async () => {
    await withPage({ colorScheme: 'dark' }, async (page) => {
      const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
      await page.goto('/');
      await page.getByRole('button', { name: 'Switch to the light theme' }).click();
      assert.equal(await theme(), 'light');

      await page.reload();
      await page.getByRole('button', { name: 'Switch to the dark theme' }).waitFor();
      assert.equal(await theme(), 'light');
    });
  });

  for (const colorScheme of THEMES) {
    it(`is accessible in the ${colorScheme} theme`, async () => {
      // Still, because a colour halfway through an animation is nobody's choice.
      await withPage({ colorScheme, reducedMotion: 'reduce' }, async (page) => {
        await page.goto('/');
        await card(page).waitFor();
        await audit(page);
        await openRun(page);
        await audit(page);
      });
    });
  }

  it('fits a phone', async () => {
    await withPage(PHONE, async (page) => {
      await page.goto('/');
      await card(page).waitFor();
      await assertFits(page);
      await openRun(page);
      await assertFits(page);
    });
  });

  it('follows a run to its end without a reload', async () => {
    await withPage({}, async (page) => {
      await openRun(page);
      await liveStream(page).waitFor();
      assert.match(await page.title(), /^Running:/);

      await sendRun(runId, { status: 'failed', finished_at: new Date().toISOString() });

      await page.waitForFunction(() => document.title.startsWith('Failed:'));
    });
  });
});
