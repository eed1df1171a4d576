import { describe, expect, it } from '@jest/globals';
import { createEvents } from './events.js';
import type { LogFields, Logger } from './logger.js';
import { createMetrics } from './metrics.js';

function start() {
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  const metrics = createMetrics({ defaultMetrics: false });
  const clock = { now: new Date('2026-01-02T03:04:05Z') };
  const events = createEvents({ logger, metrics, now: () => clock.now });
  const shown = async (sample: string) => {
    const line = (await metrics.expose()).split('\n').find((text) => text.startsWith(`${sample} `));
    return line === undefined ? undefined : Number(line.slice(sample.length));
  };
  const passMinutes = (minutes: number) => (clock.now = new Date(clock.now.getTime() + minutes * 60_000));
  return { events, lines, shown, passMinutes };
}

const refusal = { kind: 'github', source: 'acme', reason: 'signature does not verify' } as const;

describe('what happens all the time', () => {
  it('is counted and not logged', async () => {
    const { events, lines, shown } = start();

    events.appended({ kind: 'github', accepted: 90, duplicates: 10 });
    events.flushed({ rows: 90, seconds: 0.01 });
    events.projected({ kind: 'github', delays: Array<number>(90).fill(0.4) });
    events.projectorBacklog({ seconds: 4, events: 2 });
    events.cacheRead('summary', 'local');
    events.liveSubscribers(2);
    events.rateLimitWithoutRedis('read');

    expect(lines).toEqual([]);
    expect(await shown('pitwall_events_appended_total{kind="github",outcome="accepted"}')).toBe(90);
    expect(await shown('pitwall_events_appended_total{kind="github",outcome="duplicate"}')).toBe(10);
    expect(await shown('pitwall_append_flush_rows_count')).toBe(1);
    expect(await shown('pitwall_projector_events_total{kind="github",outcome="projected"}')).toBe(90);
    expect(await shown('pitwall_projection_delay_seconds_bucket{le="0.25"}')).toBe(0);
    expect(await shown('pitwall_projection_delay_seconds_bucket{le="0.5"}')).toBe(90);
    expect(await shown('pitwall_projector_lag_seconds')).toBe(4);
    expect(await shown('pitwall_cache_reads_total{cache="summary",outcome="local"}')).toBe(1);
    expect(await shown('pitwall_live_subscribers')).toBe(2);
    expect(await shown('pitwall_rate_limit_without_redis_total{class="read"}')).toBe(1);
    expect(await shown('pitwall_rate_limit_without_redis_total{class="auth"}')).toBe(0);
  });
});

describe('what the outside can provoke', () => {
  it('is counted in full and logged ten times a minute', async () => {
    const { events, lines, shown, passMinutes } = start();

    for (let delivery = 0; delivery < 1000; delivery++) events.deliveryRefused(refusal);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toEqual({ level: 'warn', message: 'A delivery was refused.', fields: refusal });
    passMinutes(1);
    events.deliveryRefused(refusal);

    expect(lines).toHaveLength(11);
    expect(lines[10]?.fields).toEqual({ ...refusal, leftOut: 990 });
    expect(await shown('pitwall_events_appended_total{kind="github",outcome="refused"}')).toBe(1001);
  });

  it('does not silence another topic', () => {
    const { events, lines } = start();

    for (let delivery = 0; delivery < 100; delivery++) events.deliveryRefused(refusal);
    events.deliveryRefused({ ...refusal, kind: 'gitlab' });
    events.quarantined({ eventId: 'e-1', kind: 'github', type: 'workflow_run', reason: 'no run id' });
    events.negativeSpan({ subject: 'taskRun', id: 't-1' });

    expect(lines.slice(10).map(({ fields }) => fields)).toEqual([
      { ...refusal, kind: 'gitlab' },
      { eventId: 'e-1', kind: 'github', type: 'workflow_run', reason: 'no run id' },
      { subject: 'taskRun', id: 't-1' },
    ]);
  });
});

describe('the projector', () => {
  it('calls for a person only when it goes on failing, and says when it works again', async () => {
    const { events, lines, shown } = start();
    const error = new Error('deadlock detected');

    for (let failure = 0; failure < 6; failure++) events.projectorFailed(error);
    events.projectorBatch({ seconds: 0.1, events: 10 });
    events.projectorFailed(error);

    expect(lines.map(({ level }) => level)).toEqual([
      ...['warn', 'warn', 'warn', 'warn', 'error', 'error'],
      ...['debug', 'info', 'warn'],
    ]);
    expect(lines[0]?.fields).toEqual({ error, failures: 1 });
    expect(await shown('pitwall_projector_failures_total')).toBe(7);
    expect(await shown('pitwall_projector_batch_seconds_count')).toBe(1);
  });

  it('counts what it cannot read, and what ends before it begins', async () => {
    const { events, shown } = start();

    events.quarantined({ eventId: 'e-1', kind: 'jenkins', type: 'run', reason: 'no number' });
    events.negativeSpan({ subject: 'change', id: 'c-1' });

    expect(await shown('pitwall_projector_events_total{kind="jenkins",outcome="quarantined"}')).toBe(1);
    expect(await shown('pitwall_negative_spans_total{subject="change"}')).toBe(1);
  });
});

it('tells of Redis only when it goes and when it comes back', async () => {
  const { events, lines, shown } = start();

  events.redisAvailable();
  expect(await shown('pitwall_redis_up')).toBe(1);
  for (let failure = 0; failure < 100; failure++) events.redisUnavailable(new Error('ECONNREFUSED'));
  expect(await shown('pitwall_redis_up')).toBe(0);
  events.redisAvailable();
  events.redisAvailable();

  expect(lines.map(({ level }) => level)).toEqual(['warn', 'info']);
});
