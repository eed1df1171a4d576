import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { createDeliveryMetrics } from './delivery-metrics.js';
import { EVENT_KINDS, type EventKind } from './event-kind.js';
import { createHttpMetrics, type HttpMetrics } from './http-metrics.js';

export type { HttpMetrics } from './http-metrics.js';

const APPEND_OUTCOMES = ['accepted', 'duplicate', 'refused'] as const;
export type AppendOutcome = (typeof APPEND_OUTCOMES)[number];
const PROJECTION_OUTCOMES = ['projected', 'quarantined'] as const;
export type ProjectionOutcome = (typeof PROJECTION_OUTCOMES)[number];
const SPAN_SUBJECTS = ['pipelineRun', 'taskRun', 'deployment', 'change', 'incident'] as const;
/** What has a beginning and an end. */
export type SpanSubject = (typeof SPAN_SUBJECTS)[number];
const AUDIT_OUTCOMES = ['succeeded', 'denied', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];
const LIMITED_CLASSES = ['default', 'auth', 'ingest', 'read'] as const;
/** The classes of requests that have a rate limit. */
export type LimitedClass = (typeof LIMITED_CLASSES)[number];
export type CacheOutcome = 'local' | 'redis' | 'miss' | 'error';

export interface MetricsOptions {
  /** Also the figures of the process itself: memory, event loop, garbage collection. */
  defaultMetrics: boolean;
  version?: string;
  /** What this process does, such as `gateway`. */
  roles?: Iterable<string>;
}

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * The figures of one process, in a registry of its own. Times are in seconds. Each label takes its values from a fixed list,
 * or is a route template; nothing that names a thing (an id, a path, a repository) is ever a label.
 */
export function createMetrics({ defaultMetrics, version = 'unknown', roles = [] }: MetricsOptions) {
  const registry = new Registry();
  if (defaultMetrics) collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'pitwall_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'] as const,
    registers: [registry],
  }).set({ version, node: process.versions.node }, 1);
  const role = new Gauge({
    name: 'pitwall_role',
    help: 'Always 1, for each role that this process has.',
    labelNames: ['role'] as const,
    registers: [registry],
  });
  for (const each of roles) role.set({ role: each }, 1);
  const http: HttpMetrics = createHttpMetrics(registry);

  return {
    http,
    intake: createIntakeMetrics(registry),
    projector: createProjectorMetrics(registry),
    delivery: createDeliveryMetrics(registry),
    database: createDatabaseMetrics(registry),
    health: createHealthMetrics(registry),
    cache: createCacheMetrics(registry),
    live: createLiveMetrics(registry),
    audit: createAuditMetrics(registry),
    rateLimit: createRateLimitMetrics(registry),
    contentType: registry.contentType,
    /** The Prometheus text exposition, to be sent as `contentType`. */
    expose: (): Promise<string> => registry.metrics(),
  };
}

function createIntakeMetrics(registry: Registry) {
  const registers = [registry];
  const appended = new Counter({
    name: 'pitwall_events_appended_total',
    help: 'Events handed in, by kind of source and by what became of them.',
    labelNames: ['kind', 'outcome'] as const,
    registers,
  });
  const flushRows = new Histogram({
    name: 'pitwall_append_flush_rows',
    help: 'Rows that one write to the event log carried.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
    registers,
  });
  const flushSeconds = new Histogram({
    name: 'pitwall_append_flush_seconds',
    help: 'Time that one write to the event log took until it was committed.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  // Series that exist from the start, at zero, let a rate see the first event.
  for (const kind of EVENT_KINDS) for (const outcome of APPEND_OUTCOMES) appended.inc({ kind, outcome }, 0);
  return {
    appended: (kind: EventKind, outcome: AppendOutcome, count: number) => appended.inc({ kind, outcome }, count),
    flushed(rows: number, seconds: number) {
      flushRows.observe(rows);
      flushSeconds.observe(seconds);
    },
  };
}

function createProjectorMetrics(registry: Registry) {
  const registers = [registry];
  const events = new Counter({
    name: 'pitwall_projector_events_total',
    help: 'Events that the projector has dealt with.',
    labelNames: ['kind', 'outcome'] as const,
    registers,
  });
  const batchSeconds = new Histogram({
    name: 'pitwall_projector_batch_seconds',
    help: 'Time that one batch of the projector took until it was committed.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const delay = new Histogram({
    name: 'pitwall_projection_delay_seconds',
    help: 'Time from the arrival of an event until what it says can be read.',
    // 60 s is the freshness objective.
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const failures = new Counter({
    name: 'pitwall_projector_failures_total',
    help: 'Batches of the projector that failed as a whole and are tried again.',
    registers,
  });
  const lag = new Gauge({
    name: 'pitwall_projector_lag_seconds',
    help: 'Age of the oldest event that is not yet projected; 0 when there is none.',
    registers,
  });
  const pending = new Gauge({
    name: 'pitwall_projector_pending_events',
    help: 'Events that are not yet projected.',
    registers,
  });
  const negativeSpans = new Counter({
    name: 'pitwall_negative_spans_total',
    help: 'Spans that end before they begin: a fault in the data of the source.',
    labelNames: ['subject'] as const,
    registers,
  });
  for (const kind of EVENT_KINDS) for (const outcome of PROJECTION_OUTCOMES) events.inc({ kind, outcome }, 0);
  for (const subject of SPAN_SUBJECTS) negativeSpans.inc({ subject }, 0);
  return {
    dealtWith: (kind: EventKind, outcome: ProjectionOutcome, count: number) => events.inc({ kind, outcome }, count),
    delayed: (seconds: number) => delay.observe(seconds),
    batch: (seconds: number) => batchSeconds.observe(seconds),
    failed: () => failures.inc(),
    backlog(seconds: number, pendingEvents: number) {
      lag.set(seconds);
      pending.set(pendingEvents);
    },
    negativeSpan: (subject: SpanSubject) => negativeSpans.inc({ subject }),
  };
}

/** What is read of a pool of connections when the figures are. */
export interface PoolState {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
  options: { max: number };
}

function createDatabaseMetrics(registry: Registry) {
  return {
    watch(pool: PoolState) {
      const registers = [registry];
      new Gauge({
        name: 'pitwall_database_connections',
        help: 'Connections to PostgreSQL that this process holds.',
        labelNames: ['state'] as const,
        registers,
        collect() {
          this.set({ state: 'idle' }, pool.idleCount);
          this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        },
      });
      new Gauge({
        name: 'pitwall_database_pool_size',
        help: 'Connections to PostgreSQL that this process may hold.',
        registers,
      }).set(pool.options.max);
      new Gauge({
        name: 'pitwall_database_waiting_requests',
        help: 'What waits for a connection to become free.',
        registers,
        collect() {
          this.set(pool.waitingCount);
        },
      });
    },
  };
}

function createHealthMetrics(registry: Registry) {
  return {
    watch(report: () => Promise<{ checks: Record<string, { status: string }> }>) {
      new Gauge({
        name: 'pitwall_health_check_up',
        help: '1 where a check of /health is ok, else 0.',
        labelNames: ['check'] as const,
        registers: [registry],
        async collect() {
          const { checks } = await report();
          for (const [check, { status }] of Object.entries(checks)) this.set({ check }, status === 'ok' ? 1 : 0);
        },
      });
    },
  };
}

function createCacheMetrics(registry: Registry) {
  const registers = [registry];
  const reads = new Counter({
    name: 'pitwall_cache_reads_total',
    help: 'Reads of a cache, by where the answer was found.',
    labelNames: ['cache', 'outcome'] as const,
    registers,
  });
  const redisUp = new Gauge({
    name: 'pitwall_redis_up',
    help: '1 while Redis answers, 0 while the process does without it.',
    registers,
  });
  return {
    read: (cache: string, outcome: CacheOutcome) => reads.inc({ cache, outcome }),
    redisUp: (up: boolean) => redisUp.set(up ? 1 : 0),
  };
}

function createLiveMetrics(registry: Registry) {
  const subscribers = new Gauge({
    name: 'pitwall_live_subscribers',
    help: 'Browsers that follow the live updates of this process.',
    registers: [registry],
  });
  return { subscribers: (count: number) => subscribers.set(count) };
}

function createAuditMetrics(registry: Registry) {
  const registers = [registry];
  const entries = new Counter({
    name: 'pitwall_audit_entries_total',
    help: 'Entries that were written to the audit log.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const dropped = new Counter({
    name: 'pitwall_audit_dropped_total',
    help: 'Denials that were left out of the audit log, since more came than it could take.',
    registers,
  });
  for (const outcome of AUDIT_OUTCOMES) entries.inc({ outcome }, 0);
  return { recorded: (outcome: AuditOutcome) => entries.inc({ outcome }), dropped: () => dropped.inc() };
}

function createRateLimitMetrics(registry: Registry) {
  const withoutRedis = new Counter({
    name: 'pitwall_rate_limit_without_redis_total',
    help: 'Hits on a window of a rate limit that this process counted alone, since Redis did not answer.',
    labelNames: ['class'] as const,
    registers: [registry],
  });
  for (const rateClass of LIMITED_CLASSES) withoutRedis.inc({ class: rateClass }, 0);
  return { withoutRedis: (rateClass: LimitedClass) => withoutRedis.inc({ class: rateClass }) };
}
