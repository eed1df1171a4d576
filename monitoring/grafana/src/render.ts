import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { format, resolveConfig } from 'prettier';
import { fileURLToPath } from 'node:url';
import { delivery } from './delivery.js';
import { intakeAndProjector } from './intake.js';
import { loadTest } from './load-test.js';
import { service } from './service.js';
import { slo } from './slo.js';

export const DASHBOARDS_FOLDER = fileURLToPath(new URL('../dashboards/', import.meta.url));

const dashboards: Readonly<Record<string, Dashboard>> = {
  'service.json': service,
  'intake.json': intakeAndProjector,
  'delivery.json': delivery,
  'slo.json': slo,
  'load-test.json': loadTest,
};

/** Each file's name and content, laid out as every other file of the repository. */
export async function renderDashboards(): Promise<Map<string, string>> {
  const style = await resolveConfig(DASHBOARDS_FOLDER);
  const files = new Map<string, string>();
  for (const [name, content] of Object.entries(dashboards)) {
    files.set(name, await format(JSON.stringify(content, null, 2), { ...style, parser: 'json' }));
  }
  return files;
}
