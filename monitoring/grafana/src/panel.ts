import { PanelBuilder as HeatmapBuilder, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import {
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  type DataSourceRef,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  MappingType,
  type DynamicConfigValue,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Query } from './query.js';
import { pathOf, urlOf } from './runbook.js';
import { colors, thresholdsOf, type Limits } from './thresholds.js';

export interface PanelSpec {
  title: string;
  /** What it means, and what to do when it looks wrong. */
  description: string;
  /** One of Grafana's: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
  unit: string;
  /** All of one data source. */
  queries: readonly Query[];
  /** Of the 24 columns. */
  width: number;
  /** In units of 30 pixels. */
  height?: number;
  decimals?: number;
  min?: number;
  max?: number;
  limits?: Limits;
  /** A file of docs/runbooks, and the alert in it that this panel belongs to. */
  runbook?: string;
}

interface TimeseriesSpec extends PanelSpec {
  /** Fills the area below, one series on top of the other. */
  stacked?: boolean;
  /** Series with a colour of their own, by the name in the legend. */
  colored?: Readonly<Record<string, string>>;
  /** Drawn dashed: what a series is compared with. */
  dashed?: string;
}

interface StatSpec extends PanelSpec {
  /** What values are called, with a colour. */
  names?: Readonly<Record<string, { text: string; color: string }>>;
  /** Shows what the series is called in place of its value. */
  showsName?: boolean;
  /** Draws no line behind the figure, where only the present counts. */
  plain?: boolean;
  /** Said where there is no value. */
  whenEmpty?: string;
}

export function timeseries({ stacked = false, colored = {}, dashed, ...spec }: TimeseriesSpec): Panel {
  const builder = new TimeseriesBuilder()
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .axisSoftMin(0)
    .spanNulls(false)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (spec.limits) {
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  for (const [name, color] of Object.entries(colored)) builder.overrideByName(name, [fixedColor(color)]);
  if (dashed !== undefined) {
    const line = { fill: 'dash', dash: [6, 6] };
    builder.overrideByName(dashed, [
      { id: 'custom.lineStyle', value: line },
      { id: 'custom.fillOpacity', value: 0 },
      fixedColor(colors.quiet),
    ]);
  }
  return finish(builder, spec);
}

export function stat({ names, showsName = false, plain = false, whenEmpty, ...spec }: StatSpec): Panel {
  const builder = new StatBuilder()
    .graphMode(plain || showsName ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .textMode(showsName ? BigValueTextMode.Name : BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false));
  if (whenEmpty !== undefined) builder.noValue(whenEmpty);
  if (names) {
    const options = Object.fromEntries(
      Object.entries(names).map(([value, name], index) => [value, { ...name, index }]),
    );
    builder.mappings([{ type: MappingType.ValueToText, options }]);
  }
  return finish(builder, { height: 4, ...spec });
}

/** How the values of a histogram are spread over time; brighter cells hold more. */
export function heatmap(spec: PanelSpec): Panel {
  const builder = new HeatmapBuilder()
    .calculate(false)
    .cellGap(1)
    .yAxis(new YAxisConfigBuilder().unit(spec.unit))
    .showLegend();
  return finish(builder, spec);
}

/** A line for each series, coloured by its state. */
export function states({ names, ...spec }: PanelSpec & Required<Pick<StatSpec, 'names'>>): Panel {
  const options = Object.fromEntries(Object.entries(names).map(([value, name], index) => [value, { ...name, index }]));
  const builder = new StateTimelineBuilder()
    .mappings([{ type: MappingType.ValueToText, options }])
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .rowHeight(0.85)
    .fillOpacity(80);
  return finish(builder, spec);
}

export interface Column {
  /** A label, or `Value #` with the letter of the query. */
  field: string;
  title: string;
  unit?: string;
  limits?: Limits;
}

/** Joins instant queries by the labels they have in common: a row for each combination, columns in the order given. */
export function table({ columns, sortBy, ...spec }: PanelSpec & { columns: readonly Column[]; sortBy: string }): Panel {
  const builder = new TableBuilder()
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        // Of Prometheus, and of InfluxDB.
        excludeByName: { Time: true, time: true },
        indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
        renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
      },
    })
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: sortBy, desc: true }] } })
    .filterable(true);
  for (const { title, unit, limits } of columns) {
    const properties: DynamicConfigValue[] = [];
    if (unit !== undefined) properties.push({ id: 'unit', value: unit });
    if (limits) {
      properties.push({ id: 'thresholds', value: thresholdsOf(limits).build() });
      properties.push({ id: 'custom.cellOptions', value: { type: 'color-text' } });
    }
    if (properties.length > 0) builder.overrideByName(title, properties);
  }
  return finish(builder, spec);
}

const fixedColor = (color: string): DynamicConfigValue => ({
  id: 'color',
  value: { mode: 'fixed', fixedColor: color },
});

type AnyBuilder = TimeseriesBuilder | StatBuilder | HeatmapBuilder | StateTimelineBuilder | TableBuilder;

function finish(builder: AnyBuilder, spec: PanelSpec): Panel {
  const { title, description, unit, queries, width, height = 8, decimals, min, max, limits, runbook } = spec;
  builder
    .title(title)
    .description(runbook === undefined ? description : `${description}\n\nRunbook: ${pathOf(runbook)}`)
    .unit(unit)
    .span(width)
    .height(height)
    .datasource(sourceOf(queries));
  queries.forEach((query, index) => builder.withTarget(query.build(String.fromCharCode(65 + index))));
  if (decimals !== undefined) builder.decimals(decimals);
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  if (limits) builder.thresholds(thresholdsOf(limits));
  const url = runbook === undefined ? undefined : urlOf(runbook);
  if (url !== undefined) {
    builder.links([new DashboardLinkBuilder('Runbook').type(DashboardLinkType.Link).url(url).targetBlank(true)]);
  }
  return builder.build();
}

function sourceOf([first, ...rest]: readonly Query[]): DataSourceRef {
  if (!first) throw new Error('A panel without a query shows nothing.');
  if (rest.some(({ source }) => source !== first.source)) throw new Error('The queries of a panel have one source.');
  return first.source;
}
