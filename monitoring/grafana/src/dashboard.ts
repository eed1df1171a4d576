import {
  AnnotationQueryBuilder,
  CustomVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
  type Dashboard,
  type Panel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { PROMETHEUS } from './query.js';

const TAG = 'pitwall';

export interface DashboardSpec {
  /** Part of its address, which people keep: never to be changed. */
  uid: string;
  title: string;
  description: string;
  /** How far it looks back at first, as in `now-6h`. */
  from: string;
  refresh: string;
  /** Beside the data source. */
  variables: readonly Builder<VariableModel>[];
  rows: readonly Row[];
}

export interface Row {
  title: string;
  panels: readonly Panel[];
}

/** Rows of panels from the left to the right, as wide as they say; numbered in that order. */
export function dashboard({ uid, title, description, from, refresh, variables, rows }: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh(refresh)
    .variables([datasource, ...variables])
    .annotations([starts])
    .links([siblings]);
  let id = 1;
  for (const { title: rowTitle, panels } of rows) {
    builder.withRow(new RowBuilder(rowTitle).id(id++));
    for (const panel of panels) builder.withPanel(built({ ...panel, id: id++ }));
  }
  return builder.build();
}

const built = <T>(value: T): Builder<T> => ({ build: () => value });

const datasource = new DatasourceVariableBuilder('datasource')
  .label('Prometheus')
  .description('Where the figures are read from')
  .type('prometheus')
  .current({ selected: true, text: 'Prometheus', value: 'prometheus' });

const ALL = { selected: true, text: 'All', value: '$__all' };

/** Asks again when the time shown changes, since processes come and go. */
const labelValues = (name: string, query: string) =>
  new QueryVariableBuilder(name)
    .datasource(PROMETHEUS)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);

export const job = labelValues('job', 'label_values(pitwall_build_info, job)')
  .label('Job')
  .description('As which job Prometheus scrapes Pitwall')
  .current({ selected: true, text: 'pitwall', value: 'pitwall' });

export const instance = labelValues('instance', 'label_values(pitwall_build_info{job="$job"}, instance)')
  .label('Process')
  .description('One or more processes of Pitwall')
  .multi(true)
  .includeAll(true)
  .current(ALL);

/** For dashboards of what comes from the outside. */
export const kind = labelValues('kind', 'label_values(pitwall_events_appended_total{job="$job"}, kind)')
  .label('Kind of source')
  .description('From which kind of source an event came')
  .multi(true)
  .includeAll(true)
  .current(ALL);

/** For figures that are too sparse to be looked at minute by minute. */
export const window = new CustomVariableBuilder('window')
  .label('Averaged over')
  .description('Each point of a graph looks back so far')
  .values('15m,1h,6h,1d')
  .current({ selected: true, text: '1h', value: '1h' });

/** A line wherever a process was started: by a deployment, or after a crash. */
const starts = new AnnotationQueryBuilder()
  .name('Starts of Pitwall')
  .datasource(PROMETHEUS)
  .enable(true)
  .iconColor('blue')
  .expr('process_start_time_seconds{job="$job", instance=~"$instance"} * 1000')
  .useValueForTime(true)
  .titleFormat('Started')
  .textFormat('{{instance}}');

const siblings = new DashboardLinkBuilder('Pitwall')
  .type(DashboardLinkType.Dashboards)
  .tags([TAG])
  .asDropdown(false)
  .includeVars(true)
  .keepTime(true);
