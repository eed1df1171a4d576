import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTarget } from '../../scripts/checks/target.js';
import { isLoopback, type Settings } from './definition/settings.js';
import type { RunSettings } from './run.js';

export interface ScenarioTarget {
  settings: RunSettings;
  stop(): Promise<void>;
}

/** The Pitwall that is named, or a compiled one of our own with some data and limits that are never reached. */
export async function openTarget(settings: Settings, say: (line: string) => void): Promise<ScenarioTarget> {
  const { baseUrl, account } = settings;
  if (baseUrl !== undefined) {
    const token = settings.token ?? (account || !isLoopback(baseUrl) ? undefined : developmentToken());
    return { settings: { ...settings, baseUrl, token }, stop: async () => undefined };
  }
  say('Starting a Pitwall with some data ...');
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-load-'));
  const remove = () => rm(folder, { recursive: true });
  try {
    const { url, token, admin, stop } = await startTarget({ logFile: join(folder, 'pitwall.log') });
    return { settings: { ...settings, baseUrl: url, token, account: admin }, stop: () => stop().then(remove) };
  } catch (error) {
    // What the log says is in the error.
    await remove();
    throw error;
  }
}

/** What the first start in development leaves beside its data for scripts. */
function developmentToken(): string | undefined {
  const file = join(process.env.PITWALL_DATA_DIR || '.pitwall', 'token');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
