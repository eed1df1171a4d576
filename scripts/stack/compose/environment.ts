import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComposeModel } from './model.js';

type Environment = Record<string, string>;

/** What a service's process finds in its environment, with the secrets where `folder` has them. */
export function environmentOf({ services }: ComposeModel, name: string, folder: string): Environment {
  const { environment = {} } = services[name] ?? {};
  const entries = Object.entries(environment).map(([key, value]) => [key, inFolder(String(value), folder)]);
  return Object.fromEntries(entries) as Environment;
}

/** A text that names mounted secrets, as it must be where they are in a folder. */
export const inFolder = (text: string, folder: string) => text.replaceAll('/run/secrets/', `${folder}/`);

/** Has the URLs among the secrets lead to other servers than those of the containers' network. */
export async function leadTo(folder: string, servers: { postgres: string; redis: string }): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('_url'))) {
    const url = await readFile(join(folder, name), 'utf8');
    const led = url.replace('@postgres:5432', `@${servers.postgres}`).replace('@redis:6379', `@${servers.redis}`);
    await writeFile(join(folder, name), led);
  }
}
