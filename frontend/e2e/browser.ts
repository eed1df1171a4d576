import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ADMIN, BASE_URL } from './service.ts';

export const THEMES = ['dark', 'light'] as const;
export const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 780 } };

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser found on this machine, if any: none is downloaded. */
const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));

const whyNoBrowser = 'no Chromium found: install it, or name its executable in CHROMIUM_PATH';

/** For `describe`: why its tests are skipped, or false. */
export const skip = executablePath === undefined ? whyNoBrowser : false;

export function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(whyNoBrowser);
  // Without a sandbox because containers and CI run as root; without its own traffic because the network may be closed.
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath, headless: true, args });
}

export type WithPage = (options: BrowserContextOptions, work: (page: Page) => Promise<void>) => Promise<void>;

/**
 * A browser for the tests of one `describe`. The answer works with a page of its own, where nobody is signed in, and fails
 * when a script on it threw.
 */
export function useBrowser(): WithPage {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  return async (options, work) => {
    const context = await browser.newContext({ baseURL: BASE_URL, ...options });
    context.setDefaultTimeout(10_000);
    try {
      const page = await context.newPage();
      const thrown: string[] = [];
      page.on('pageerror', ({ message }) => thrown.push(message));
      await work(page);
      assert.deepEqual(thrown, []);
    } finally {
      await context.close();
    }
  };
}

/** Gives a page, or all of a context, a session without the form that has tests of its own. */
export async function openSession(
  { request }: Pick<Page, 'request'>,
  { email, password }: typeof ADMIN = ADMIN,
): Promise<void> {
  const answer = await request.post('/api/v1/auth/login', { data: { email, password, kind: 'session' } });
  assert.equal(answer.status(), 200, await answer.text());
}

/** Fails with each thing that keeps somebody from using what the page shows. */
export async function audit(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const findings = violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  assert.deepEqual(findings, []);
}

/** Fails when the page has to be moved sideways to be read. */
export async function assertFits(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${page.url()} is ${overflow} pixels wider than the screen`);
}
