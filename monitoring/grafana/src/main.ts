/** Writes dashboards/*.json from what stands beside this file, and removes what is no longer there. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DASHBOARDS_FOLDER, renderDashboards } from './render.js';

const files = await renderDashboards();
for (const [name, text] of files) await writeFile(join(DASHBOARDS_FOLDER, name), text);
for (const name of await readdir(DASHBOARDS_FOLDER)) {
  if (!files.has(name)) await rm(join(DASHBOARDS_FOLDER, name));
}
console.log(`dashboards: ${[...files.keys()].join(', ')}`);
