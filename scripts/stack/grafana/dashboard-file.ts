import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../checks/command.js';

export const GRAFANA_FOLDER = join(ROOT, 'monitoring/grafana');
const DASHBOARDS_FOLDER = join(GRAFANA_FOLDER, 'dashboards');

/** Of Grafana's classic model, what is looked at: https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/ */
export interface DashboardFile {
  file: string;
  uid?: string;
  title?: string;
  description?: string;
  schemaVersion?: number;
  panels: PanelJson[];
  templating: { list: VariableJson[] };
  annotations: { list: AnnotationJson[] };
}

export interface PanelJson {
  id?: number;
  type: string;
  title?: string;
  description?: string;
  gridPos?: { x: number; y: number; w: number; h: number };
  datasource?: SourceJson;
  targets?: TargetJson[];
  links?: { url?: string }[];
  fieldConfig?: { defaults?: { unit?: string } };
}

export interface SourceJson {
  type?: string;
  uid?: string;
}

export interface TargetJson {
  refId?: string;
  datasource?: SourceJson;
  /** PromQL. */
  expr?: string;
  instant?: boolean;
  format?: string;
  /** InfluxQL. */
  query?: string;
}

export interface VariableJson {
  name: string;
  type: string;
  /** Of a variable that asks Prometheus, an object; of a list of values, the list. */
  query?: string | { query: string };
  current?: { value: unknown };
}

interface AnnotationJson {
  name: string;
  expr?: string;
}

export async function readDashboards(): Promise<DashboardFile[]> {
  const names = (await readdir(DASHBOARDS_FOLDER)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new Error(`There is no dashboard in ${DASHBOARDS_FOLDER}.`);
  return Promise.all(
    names.map(async (file) => ({ file, ...JSON.parse(await readFile(join(DASHBOARDS_FOLDER, file), 'utf8')) })),
  );
}

export const isRow = ({ type }: PanelJson) => type === 'row';

/** A question that a dashboard asks Prometheus. */
export interface Question {
  dashboard: string;
  panel: string;
  refId: string;
  text: string;
  instant: boolean;
  /** Each series becomes a row, joined with those of the panel's other queries by their labels. */
  joined: boolean;
}

/** Of all panels, and of the annotations, which are asked like a panel. */
export function promqlOf({ file, panels, annotations }: DashboardFile): Question[] {
  const dashboard = file.replace('.json', '');
  return [
    ...panels.flatMap(({ title = '', targets = [] }) =>
      targets.flatMap(({ refId = '', expr, instant = false, format }) =>
        expr === undefined ? [] : [{ dashboard, panel: title, refId, text: expr, instant, joined: format === 'table' }],
      ),
    ),
    ...annotations.list.flatMap(({ name, expr }) =>
      expr === undefined ? [] : [{ dashboard, panel: name, refId: '-', text: expr, instant: false, joined: false }],
    ),
  ];
}

/** What InfluxDB is asked. */
export function influxqlOf({ file, panels }: DashboardFile): Question[] {
  const dashboard = file.replace('.json', '');
  return panels.flatMap(({ title = '', targets = [] }) =>
    targets.flatMap(({ refId = '', query }) =>
      query === undefined ? [] : [{ dashboard, panel: title, refId, text: query, instant: true, joined: false }],
    ),
  );
}

export const nameOf = ({ dashboard, panel, refId }: Question) => `${dashboard} / ${panel} / ${refId}`;
