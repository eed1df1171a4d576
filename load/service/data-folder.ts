import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A data folder that is thrown away. */
export interface DataFolder {
  path: string;
  remove(): Promise<void>;
}

export async function makeDataFolder(purpose: string): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), `pitwall-${purpose}-`));
  // Under root, PostgreSQL runs as another account, which must get here.
  await chmod(path, 0o755);
  return {
    path,
    async remove() {
      // Where that account could not, the cluster is elsewhere.
      const location = join(path, 'postgres.location');
      if (existsSync(location)) await rm((await readFile(location, 'utf8')).trim(), { recursive: true, force: true });
      await rm(path, { recursive: true, force: true });
    },
  };
}
