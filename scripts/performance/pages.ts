import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDataFolder } from '../../load/service/data-folder.js';
import { freePort, PitwallProcess } from '../../load/service/pitwall.js';
import { mockHistory } from '../mock-data/history.js';
import { sendRecords, untilProjected } from '../mock-data/sender.js';
import { PitwallClient } from '../pitwall-client.js';
import { runLighthouse } from './lighthouse.js';
import { PAGE_FILE, PAGES } from './results.js';

/** The same history on both sides: what a page weighs depends on what it shows. */
const HISTORY = { seed: 42, until: Date.parse('2026-01-31T12:00:00Z'), runs: 200 };

/** Starts the compiled Pitwall of a checkout with some history, and writes a report for each page. */
export async function measurePages(checkout: string, round: number, out: string): Promise<void> {
  const data = await makeDataFolder('pages');
  const port = await freePort();
  const admin = { email: 'pages@example.com', password: randomBytes(18).toString('base64url') };
  const pitwall = await PitwallProcess.start({
    command: [join(checkout, 'backend/dist/main.js')],
    cwd: data.path,
    port,
    environment: {
      PITWALL_DATA_DIR: data.path,
      PITWALL_ADMIN_EMAIL: admin.email,
      PITWALL_ADMIN_PASSWORD: admin.password,
    },
    logFile: join(data.path, 'pitwall.log'),
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    const client = new PitwallClient(url, (await readFile(join(data.path, 'token'), 'utf8')).trim());
    await sendRecords(mockHistory(HISTORY).records(), client, { inFlight: 1, onSent: () => undefined });
    await untilProjected(client, sleep, () => undefined);
    const cookie = await signIn(url, admin);
    for (const [page, path] of Object.entries(PAGES)) {
      await runLighthouse(
        `${url}${path}`,
        path === '/signin' ? {} : { Cookie: cookie },
        join(out, PAGE_FILE(page, round)),
      );
    }
  } finally {
    await pitwall.stop();
    await data.remove();
  }
}

async function signIn(url: string, account: { email: string; password: string }): Promise<string> {
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...account, kind: 'session' }),
  });
  const [cookie] = answer.headers.getSetCookie();
  if (!answer.ok || cookie === undefined) throw new Error(`The Admin could not sign in: ${answer.status}.`);
  return String(cookie.split(';', 1)[0]);
}
