import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiTokenService } from './api-token.service.js';

const LIFETIME_DAYS = 366;

/**
 * Makes the token that the scripts of this checkout call with (`make demo`, `make seed-mock-data`), in a file beside the
 * data that only this account reads. For the first start in development. Answers the file.
 */
export async function writeDevelopmentToken(
  tokens: Pick<ApiTokenService, 'createFor'>,
  ownerId: string,
  dataDir: string,
): Promise<string> {
  const path = join(dataDir, 'token');
  const { token } = await tokens.createFor(ownerId, {
    name: 'development',
    scopes: ['read', 'ingest', 'write'],
    expiresInDays: LIFETIME_DAYS,
  });
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  // The mode above is that of a new file only.
  await chmod(path, 0o600);
  return path;
}
