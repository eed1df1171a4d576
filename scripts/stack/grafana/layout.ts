import { isRow, type DashboardFile, type PanelJson } from './dashboard-file.js';

const COLUMNS = 24;
/** Of the classic model in Grafana 12 and 13: DASHBOARD_SCHEMA_VERSION in public/app/features/dashboard/state/DashboardMigrator.ts. */
const SCHEMA_VERSION = 42;

/** What is wrong with a dashboard, apart from what its queries say. */
export function layoutFaults(dashboard: DashboardFile, provisioned: ReadonlySet<string>): string[] {
  const { file, uid, title, description, schemaVersion, panels, templating } = dashboard;
  const faults: string[] = [];
  if (!uid) faults.push('has no uid');
  if (!title || !description) faults.push('has no title, or no description');
  if (schemaVersion !== SCHEMA_VERSION) faults.push(`has schemaVersion ${schemaVersion}, not ${SCHEMA_VERSION}`);
  const ids = panels.map(({ id }) => id);
  if (new Set(ids).size < ids.length) faults.push(`has panels of the same id: ${ids.join(' ')}`);
  const sources = new Set([...provisioned, ...(templating.list.some(isSourceVariable) ? ['${datasource}'] : [])]);
  for (const panel of panels) {
    const name = panel.title ?? `panel ${panel.id}`;
    for (const fault of panelFaults(panel, sources)) faults.push(`${name}: ${fault}`);
  }
  for (const [above, below] of pairs(panels)) {
    if (overlap(above, below)) faults.push(`${above.title} and ${below.title} overlap`);
  }
  return faults.map((fault) => `${file}: ${fault}`);
}

const isSourceVariable = ({ name, type }: { name: string; type: string }) =>
  name === 'datasource' && type === 'datasource';

function panelFaults(panel: PanelJson, sources: ReadonlySet<string>): string[] {
  const { id, title, description, gridPos, datasource, targets = [], fieldConfig, links = [] } = panel;
  const faults: string[] = [];
  if (id === undefined || id < 1) faults.push('has no id');
  if (!title) faults.push('has no title');
  if (!gridPos) return [...faults, 'has no place'];
  const { x, y, w, h } = gridPos;
  if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > COLUMNS) faults.push(`does not fit: ${JSON.stringify(gridPos)}`);
  if (isRow(panel)) return faults;
  if (!description || description.length < 20) faults.push('has no description that says anything');
  if (!fieldConfig?.defaults?.unit) faults.push('has no unit');
  if (targets.length === 0) faults.push('asks nothing');
  for (const { uid } of [datasource, ...targets.map((target) => target.datasource)].map((source) => source ?? {})) {
    if (!sources.has(uid ?? '')) faults.push(`has the data source ${uid}, which is not provisioned`);
  }
  const letters = targets.map(({ refId }) => refId);
  if (new Set(letters).size < letters.length) faults.push('has queries of the same letter');
  for (const { url = '' } of links) if (!URL.canParse(url)) faults.push(`links to ${url}`);
  return faults;
}

function overlap({ gridPos: a }: PanelJson, { gridPos: b }: PanelJson): boolean {
  if (!a || !b) return false;
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function* pairs<T>(items: readonly T[]): Generator<[T, T]> {
  for (const [index, one] of items.entries()) for (const other of items.slice(index + 1)) yield [one, other];
}

/** `docs/runbooks/<file>#<anchor>` in descriptions. */
export const runbooksNamed = ({ panels }: DashboardFile): string[] =>
  panels.flatMap(({ description = '' }) =>
    [...description.matchAll(/docs\/runbooks\/[\w.#-]+/g)].map(([path]) => path),
  );

/** The headings of a Markdown file as GitHub makes anchors of them. */
export const anchorsOf = (markdown: string): Set<string> =>
  new Set(
    [...markdown.matchAll(/^#{1,6} (\S.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
