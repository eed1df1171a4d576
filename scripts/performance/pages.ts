import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTarget } from '../checks/target.js';
import { mockHistory } from '../mock-data/history.js';
import { sendRecords } from '../mock-data/sender.js';
import { runLighthouse } from './lighthouse.js';
import { PAGE_FILE, PAGES } from './results.js';

/** The same history on both sides: what a page weighs depends on what it shows. */
const HISTORY = { seed: 42, until: Date.parse('2026-01-31T12:00:00Z'), runs: 200 };

/** Starts the compiled Pitwall of a checkout with some history, and writes a report for each page. */
export async function measurePages(checkout: string, round: number, out: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-pages-'));
  const target = await startTarget({
    logFile: join(folder, 'pitwall.log'),
    checkout,
    fill: (client) => sendRecords(mockHistory(HISTORY).records(), client, { inFlight: 1, onSent: () => undefined }),
  });
  try {
    const { Cookie = '' } = target.headers;
    for (const [page, path] of Object.entries(PAGES)) {
      await runLighthouse(
        `${target.url}${path}`,
        path === '/signin' ? {} : { Cookie },
        join(out, PAGE_FILE(page, round)),
      );
    }
  } finally {
    await target.stop();
    await rm(folder, { recursive: true });
  }
}
