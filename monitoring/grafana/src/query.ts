import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** Chosen at the top of each dashboard; the one that is provisioned unless another is chosen. */
export const PROMETHEUS: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };
export const INFLUXDB: DataSourceRef = { type: 'influxdb', uid: 'influxdb-k6' };

/** What a panel asks, before it has its letter there. */
export interface Query {
  source: DataSourceRef;
  build(refId: string): Builder<Dataquery>;
}

const prometheus = (shape: (builder: DataqueryBuilder) => DataqueryBuilder): Query => ({
  source: PROMETHEUS,
  build: (refId) => shape(new DataqueryBuilder().refId(refId).datasource(PROMETHEUS)),
});

/** Over the time shown. */
export const range = (expression: string, legend: string): Query =>
  prometheus((query) => query.expr(expression).legendFormat(legend).range());

/** At the end of the time shown. */
export const instant = (expression: string, legend = ''): Query =>
  prometheus((query) => query.expr(expression).legendFormat(legend).instant());

/** A row for each series. */
export const rows = (expression: string): Query =>
  prometheus((query) => query.expr(expression).format(PromQueryFormat.Table).instant());

/** The buckets of a histogram, each its own line of cells. */
export const buckets = (expression: string): Query =>
  prometheus((query) => query.expr(expression).format(PromQueryFormat.Heatmap).legendFormat('{{le}}').range());

/** The foundation SDK knows no InfluxDB: https://github.com/grafana/grafana/blob/main/public/app/plugins/datasource/influxdb/types.ts */
interface InfluxDataquery extends Dataquery {
  refId: string;
  datasource: DataSourceRef;
  query: string;
  rawQuery: true;
  resultFormat: 'time_series' | 'table';
  alias?: string;
}

const influx = (query: Pick<InfluxDataquery, 'query' | 'resultFormat' | 'alias'>): Query => ({
  source: INFLUXDB,
  build: (refId) => ({
    build: (): InfluxDataquery => ({
      refId,
      datasource: INFLUXDB,
      rawQuery: true,
      ...query,
      _implementsDataqueryVariant: () => undefined,
    }),
  }),
});

/** InfluxQL over the time shown. */
export const influxSeries = (query: string, alias: string): Query =>
  influx({ query, resultFormat: 'time_series', alias });

/** InfluxQL, a row for each group. */
export const influxRows = (query: string): Query => influx({ query, resultFormat: 'table' });
