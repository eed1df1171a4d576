import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate } from './certificate.js';

/** Where the services of docker-compose.yml find each other. */
const POSTGRES = 'postgres:5432/pitwall';
const REDIS = 'redis:6379/0';

/** 192 bits, of characters that stand in a URL and in a configuration file as they are. */
const password = () => randomBytes(24).toString('base64url');

type Read = (name: string) => Promise<string>;

/** In this order: some are made of those before. */
const RECIPES: readonly { name: string; make: (read: Read) => string | Promise<string> }[] = [
  { name: 'postgres_owner_password', make: password },
  { name: 'postgres_app_password', make: password },
  {
    name: 'database_url',
    make: async (read) =>
      `postgresql://pitwall_app:${encodeURIComponent(await read('postgres_app_password'))}@${POSTGRES}`,
  },
  {
    name: 'database_migration_url',
    make: async (read) =>
      `postgresql://pitwall:${encodeURIComponent(await read('postgres_owner_password'))}@${POSTGRES}`,
  },
  { name: 'redis_password', make: password },
  { name: 'redis_url', make: async (read) => `redis://:${encodeURIComponent(await read('redis_password'))}@${REDIS}` },
  { name: 'pitwall_secret_key', make: () => randomBytes(32).toString('base64') },
  { name: 'metrics_token', make: () => randomBytes(32).toString('hex') },
  { name: 'grafana_admin_password', make: password },
];

/** Where alerts are sent to. */
export const ALERT_ADDRESSES = ['alert_page_url', 'alert_ticket_url', 'alert_watchdog_url'];
/** Until it is known who is to be told: it accepts everything and keeps nothing, so that Alertmanager reports no failure. */
// eslint-disable-next-line sonarjs/no-clear-text-protocols -- Within the network of the containers.
export const NOBODY = 'http://blackbox:9115/-/healthy';

/** Made together: one without the other is of no use. */
const CERTIFICATE = 'tls.crt';
const KEY = 'tls.key';

/** What `makeSecrets` makes. */
export const SECRET_NAMES: readonly string[] = [
  ...RECIPES.map(({ name }) => name),
  ...ALERT_ADDRESSES,
  CERTIFICATE,
  KEY,
];

/** Makes what is missing in the folder, and changes nothing that is there. Answers the names of what was made. */
export async function makeSecrets(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const made: string[] = [];
  const isThere = (name: string) => existsSync(join(folder, name));
  const read: Read = async (name) => (await readFile(join(folder, name), 'utf8')).trim();
  const keep = async (name: string, value: string) => {
    await write(join(folder, name), value);
    made.push(name);
  };

  for (const { name, make } of RECIPES) if (!isThere(name)) await keep(name, await make(read));
  for (const name of ALERT_ADDRESSES) if (!isThere(name)) await keep(name, NOBODY);
  if (isThere(CERTIFICATE) !== isThere(KEY)) {
    const missing = isThere(KEY) ? CERTIFICATE : KEY;
    throw new Error(`${missing} is missing in ${folder}: put it there, or remove the other half to have both made.`);
  }
  if (!isThere(KEY)) {
    const { certificate, key } = await makeCertificate();
    await keep(KEY, key);
    await keep(CERTIFICATE, certificate);
  }
  return made;
}

/**
 * Readable for all, since Compose mounts the file as it is and each service reads it as a user of its own: `mode`, `uid` and
 * `gid` are not done for files (https://docs.docker.com/reference/compose-file/services/#secrets). The folder keeps
 * everybody else on this machine out.
 */
async function write(path: string, value: string): Promise<void> {
  const making = `${path}.making`;
  await writeFile(making, value, { mode: 0o600 });
  await chmod(making, 0o644);
  await rename(making, path);
}
