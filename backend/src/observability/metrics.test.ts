import { describe, expect, it } from '@jest/globals';
import { createMetrics, type Metrics } from './metrics.js';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

// Prometheus reads NaN in any case, and prom-client writes it as Nan.
const SAMPLE = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|Na[nN]|[+-]Inf)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

/** The text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
async function scrape(metrics: Metrics): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const line of (await metrics.expose()).split('\n')) {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) throw new Error(`No sample: ${line}`);
    samples.push({
      name,
      labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, k, v]) => [k, v])),
      value: Number(value),
    });
  }
  return samples;
}

async function valueOf(
  metrics: Metrics,
  name: string,
  labels: Record<string, string> = {},
): Promise<number | undefined> {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const samples = await scrape(metrics);
  return samples.find(
    (sample) => sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  )?.value;
}

const start = () => createMetrics({ defaultMetrics: false, version: '1.2.3', roles: ['ingest', 'worker'] });

describe('the figures of HTTP', () => {
  it('count by method, route and status, and measure by method and route', async () => {
    const metrics = start();

    for (const [status, seconds] of [
      [200, 0.1],
      [200, 0.2],
      [500, 3],
    ] as const) {
      metrics.http.started();
      metrics.http.finished('GET', '/api/v1/runs/{id}', status, seconds);
    }

    const of = { method: 'GET', route: '/api/v1/runs/{id}' };
    expect(await valueOf(metrics, 'http_requests_total', { ...of, status: '200' })).toBe(2);
    expect(await valueOf(metrics, 'http_requests_total', { ...of, status: '500' })).toBe(1);
    expect(await valueOf(metrics, 'http_request_duration_seconds_count', of)).toBe(3);
    expect(await valueOf(metrics, 'http_request_duration_seconds_sum', of)).toBeCloseTo(3.3);
    expect(await valueOf(metrics, 'http_request_duration_seconds_bucket', { ...of, le: '0.2' })).toBe(2);
  });

  it('know how many requests are being answered', async () => {
    const metrics = start();

    metrics.http.started();
    metrics.http.started();
    metrics.http.finished('GET', '/', 200, 0.1);

    expect(await valueOf(metrics, 'http_requests_in_flight')).toBe(1);
  });

  it('keep methods and routes that a caller makes up out of the labels', async () => {
    const metrics = start();

    metrics.http.finished('BREW', undefined, 404, 0.1);
    for (let id = 0; id < 5000; id++) metrics.http.finished('GET', `/not/a/template/${id}`, 200, 0.1);

    expect(await valueOf(metrics, 'http_requests_total', { method: 'OTHER', route: 'unmatched', status: '404' })).toBe(
      1,
    );
    const samples = (await scrape(metrics)).filter(({ name }) => name === 'http_requests_total');
    expect(samples.length).toBeLessThan(2100);
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(5001);
  });

  it('do not throw over a duration that is none', async () => {
    const metrics = start();

    metrics.http.finished('GET', '/', 200, NaN);

    expect(await valueOf(metrics, 'http_requests_total', { method: 'GET', route: '/', status: '200' })).toBe(1);
  });
});

describe('the figures of Pitwall', () => {
  it('stand at zero before anything happens, so that a rate sees the first event', async () => {
    const metrics = start();

    expect(await valueOf(metrics, 'pitwall_events_appended_total', { kind: 'gitlab', outcome: 'refused' })).toBe(0);
    expect(await valueOf(metrics, 'pitwall_projector_events_total', { kind: 'records', outcome: 'quarantined' })).toBe(
      0,
    );
    expect(await valueOf(metrics, 'pitwall_negative_spans_total', { subject: 'deployment' })).toBe(0);
  });

  it('follow what they are told', async () => {
    const metrics = start();

    metrics.intake.appended('github', 'accepted', 100);
    metrics.intake.flushed(100, 0.004);
    metrics.projector.dealtWith('github', 'projected', 99);
    metrics.projector.batch(0.3);
    metrics.projector.backlog(12.5, 7);
    metrics.cache.read('summary', 'redis');
    metrics.live.subscribers(3);

    expect(await valueOf(metrics, 'pitwall_events_appended_total', { kind: 'github', outcome: 'accepted' })).toBe(100);
    expect(await valueOf(metrics, 'pitwall_append_flush_rows_sum')).toBe(100);
    expect(await valueOf(metrics, 'pitwall_append_flush_seconds_bucket', { le: '0.005' })).toBe(1);
    expect(await valueOf(metrics, 'pitwall_projector_events_total', { kind: 'github', outcome: 'projected' })).toBe(99);
    expect(await valueOf(metrics, 'pitwall_projector_batch_seconds_count')).toBe(1);
    expect(await valueOf(metrics, 'pitwall_projector_lag_seconds')).toBe(12.5);
    expect(await valueOf(metrics, 'pitwall_projector_pending_events')).toBe(7);
    expect(await valueOf(metrics, 'pitwall_cache_reads_total', { cache: 'summary', outcome: 'redis' })).toBe(1);
    expect(await valueOf(metrics, 'pitwall_live_subscribers')).toBe(3);
    expect(await valueOf(metrics, 'pitwall_role', { role: 'ingest' })).toBe(1);
    expect(await valueOf(metrics, 'pitwall_role', { role: 'gateway' })).toBeUndefined();
    expect(await valueOf(metrics, 'pitwall_build_info', { version: '1.2.3', node: process.versions.node })).toBe(1);
  });

  it('belong to one registry each', async () => {
    const [one, other] = [start(), start()];

    one.live.subscribers(1);

    expect(await valueOf(other, 'pitwall_live_subscribers')).toBe(0);
  });
});

it('is text that Prometheus can read, with the figures of the process where they are wanted', async () => {
  const metrics = createMetrics({ defaultMetrics: true });
  metrics.http.finished('GET', '/quote"and\\slash', 200, 0.1);

  const samples = await scrape(metrics);

  expect(metrics.contentType).toMatch(/^text\/plain/);
  expect(samples.map(({ name }) => name)).toContain('process_cpu_seconds_total');
  // https://prometheus.io/docs/practices/naming/: counters end in _total, and time is in seconds.
  expect(samples.filter(({ name }) => /_(ms|millis|milliseconds)(_|$)/.test(name))).toEqual([]);
});
