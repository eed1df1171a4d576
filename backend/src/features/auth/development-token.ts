import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiTokenService } from './api-token.service.js';
import { UnauthenticatedError } from '../../errors.js';

const FILE = 'token';
const LIFETIME_DAYS = 366;

/**
 * The token that the scripts of this checkout call with (`make demo`, `make seed-mock-data`), in a file beside the data
 * that only this account reads. For development alone. Made anew when it is no longer valid.
 */
export async function ensureDevelopmentToken(
  tokens: Pick<ApiTokenService, 'callerOf' | 'createFor'>,
  owner: { id: string },
  dataDir: string,
): Promise<string> {
  const path = join(dataDir, FILE);
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (kept && (await isValid(tokens, kept))) return path;
  const { token } = await tokens.createFor(owner.id, {
    name: `development, ${path}`.slice(0, 100),
    scopes: ['read', 'ingest', 'write'],
    expiresInDays: LIFETIME_DAYS,
  });
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  // The mode above is for a new file only.
  await chmod(path, 0o600);
  return path;
}

async function isValid(tokens: Pick<ApiTokenService, 'callerOf'>, token: string): Promise<boolean> {
  try {
    await tokens.callerOf(token);
    return true;
  } catch (error) {
    if (error instanceof UnauthenticatedError) return false;
    throw error;
  }
}
