import { chromium, type BrowserContext } from 'playwright-core';
import type { Verdict } from '../../checks/check.js';
import { Findings } from './findings.js';
import type { Stage } from './stage.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

/** The pages work through nginx: somebody signs in by the form and follows what happens, and the browser has no complaint. */
export async function checkBrowser(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: [...ARGUMENTS, '--disable-component-update', '--disable-sync'],
  });
  try {
    // The certificate is of an authority that the browser has never heard of.
    const context = await browser.newContext({ baseURL: stage.url, ignoreHTTPSErrors: true });
    context.setDefaultTimeout(15_000);
    const complaints = await listen(context);
    await visit(stage, context, findings);
    // Nobody is signed in yet at the first page: that is what the service answers.
    const unforeseen = complaints.filter((complaint) => !/status of 401/.test(complaint));
    findings.equal(unforeseen, [], 'complaints of the browser');
    return findings.verdict(
      `Chromium ${browser.version()}, ${stage.edge.program}: sign-in, live wall, 3 pages, no complaint`,
    );
  } finally {
    await browser.close();
  }
}

/** Whatever was forbidden, thrown or logged as an error. */
async function listen(context: BrowserContext): Promise<string[]> {
  const complaints: string[] = [];
  await context.exposeFunction('complain', (complaint: string) => void complaints.push(complaint));
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    complain(event.effectiveDirective + ' forbade ' + event.blockedURI))`);
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
}

async function visit(stage: Stage, context: BrowserContext, findings: Findings): Promise<void> {
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('E-mail address').fill(stage.admin.email);
  await page.getByLabel('Password', { exact: true }).fill(stage.admin.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('status').filter({ hasText: /Live$/ }).waitFor();
  const [protocol, cookie] = await Promise.all([
    page.evaluate(`performance.getEntriesByType('navigation')[0].nextHopProtocol`),
    context.cookies(),
  ]);
  findings.equal(protocol, 'h2', 'protocol of the page');
  const kept = cookie.map(({ name, secure, httpOnly, sameSite }) => ({ name, secure, httpOnly, sameSite }));
  findings.equal(kept, [{ name: '__Host-pitwall', secure: true, httpOnly: true, sameSite: 'Strict' }], 'cookies');
  for (const path of ['/users', '/tokens', '/audit']) {
    const answer = await page.goto(path);
    findings.equal(answer?.status(), 200, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
}
