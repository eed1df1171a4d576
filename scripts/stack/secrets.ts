/** Makes the secrets that docker-compose.yml mounts, those that are missing, and says in .env where they are. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from '../checks/command.js';
import { ensureSet } from './secrets/env-file.js';
import { ALERT_ADDRESSES, makeSecrets, NOBODY, SECRET_NAMES } from './secrets/secret-files.js';

try {
  const comment = 'The folder of the secrets that docker-compose.yml mounts.';
  const folder =
    process.env.PITWALL_SECRETS || (await ensureSet(join(ROOT, '.env'), 'PITWALL_SECRETS', './.secrets', comment));
  const made = await makeSecrets(resolve(ROOT, folder));
  const kept = SECRET_NAMES.length - made.length;
  if (made.length > 0) console.log(`Made in ${folder}: ${made.join(', ')}.`);
  if (kept > 0) console.log(`${kept} secrets were in ${folder} and are as they were.`);
  const isNobody = (name: string) => readFileSync(join(resolve(ROOT, folder), name), 'utf8').trim() === NOBODY;
  const silent = ALERT_ADDRESSES.filter(isNobody);
  if (silent.length > 0) console.log(`To be told of alerts, write the address of a webhook into ${silent.join(', ')}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
