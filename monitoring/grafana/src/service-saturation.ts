import { states, timeseries } from './panel.js';
import { CHOSEN, orZero, rate, REQUESTED, sum } from './promql.js';
import { range } from './query.js';
import { colors } from './thresholds.js';

/** What Pitwall is short of first. */
export const saturation = [
  timeseries({
    title: 'In flight',
    description:
      'Requests that have arrived and are not answered, event streams included. Rising while the rate does not: answers are held up.',
    unit: 'short',
    queries: [range(`sum by (instance) (http_requests_in_flight{${CHOSEN}})`, '{{instance}}')],
    width: 8,
  }),
  timeseries({
    title: 'CPU',
    description:
      'How much of one core each process uses. JavaScript has one thread: near 100 %, everything waits. Above 100 % is work of other threads (hashing of passwords, compression).',
    unit: 'percentunit',
    queries: [range(rate('process_cpu_seconds_total'), '{{instance}}')],
    width: 8,
    limits: { warnFrom: 0.8, badFrom: 1 },
  }),
  timeseries({
    title: 'Event loop lag, p99',
    description:
      'How late the event loop came to what was due. Every request waits at least so long. High with a low CPU: something blocks, such as a huge payload that is parsed.',
    unit: 's',
    queries: [range(`nodejs_eventloop_lag_p99_seconds{${CHOSEN}}`, '{{instance}}')],
    width: 8,
    limits: { warnFrom: 0.1, badFrom: 0.2 },
    runbook: 'resources.md#eventloopslow',
  }),
  timeseries({
    title: 'Memory',
    description:
      'What the operating system gave each process, and how much of it live objects take. Heap that rises over days and does not come back is a leak.',
    unit: 'bytes',
    queries: [
      range(`process_resident_memory_bytes{${CHOSEN}}`, '{{instance}} resident'),
      range(`nodejs_heap_size_used_bytes{${CHOSEN}}`, '{{instance}} heap'),
    ],
    width: 8,
  }),
  timeseries({
    title: 'Garbage collection',
    description:
      'The share of time spent collecting garbage. Major collections above a few per cent mean that the heap is short of room.',
    unit: 'percentunit',
    queries: [range(sum(rate('nodejs_gc_duration_seconds_sum'), 'kind'), '{{kind}}')],
    width: 8,
    stacked: true,
  }),
  timeseries({
    title: 'Open files and sockets',
    description: 'The share of file descriptors in use. At 100 % no connection can be taken any more.',
    unit: 'percentunit',
    queries: [range(`process_open_fds{${CHOSEN}} / process_max_fds{${CHOSEN}}`, '{{instance}}')],
    width: 8,
    limits: { badFrom: 0.8 },
    runbook: 'resources.md#filedescriptorsnearlimit',
  }),
  timeseries({
    title: 'Database connections',
    description:
      'Connections that are at work or at rest, and how many there may be. All at work for long: look for slow statements before the pool is made larger.',
    unit: 'short',
    queries: [
      range(`sum by (state) (pitwall_database_connections{${CHOSEN}})`, '{{state}}'),
      range(`sum(pitwall_database_pool_size{${CHOSEN}})`, 'limit'),
    ],
    width: 12,
    dashed: 'limit',
    runbook: 'resources.md#databaseconnectionssaturated',
  }),
  timeseries({
    title: 'Waiting for a database connection',
    description: 'Requests that found all connections at work. More than a moment of this and latency follows.',
    unit: 'short',
    queries: [range(`sum by (instance) (pitwall_database_waiting_requests{${CHOSEN}})`, '{{instance}}')],
    width: 12,
    limits: { badFrom: 1 },
    runbook: 'resources.md#databaseconnectionssaturated',
  }),
];

/** What it leans on, and whom it turns away. */
export const dependencies = [
  timeseries({
    title: 'Cache hits',
    description:
      'The share of reads that a cache answered, in the process or from Redis. It falls after a start, and while many runs change.',
    unit: 'percentunit',
    queries: [
      range(
        `${sum(rate('pitwall_cache_reads_total', `${CHOSEN}, outcome=~"local|redis"`), 'cache')} / (${sum(rate('pitwall_cache_reads_total'), 'cache')} > 0)`,
        '{{cache}}',
      ),
    ],
    width: 8,
    max: 1,
    min: 0,
  }),
  timeseries({
    title: 'Cache reads',
    description: 'Where answers were found. `error` is a Redis that did not answer in time.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_cache_reads_total'), 'outcome'), '{{outcome}}')],
    width: 8,
    stacked: true,
    colored: { local: colors.good, redis: colors.other, miss: colors.warning, error: colors.bad },
    runbook: 'resources.md#redisaway',
  }),
  timeseries({
    title: 'Refused callers',
    description:
      'Requests per second without a valid identity (401), without the right (403) or over their limit (429). A peak of 401 at sign-in is somebody who guesses: look at the audit log.',
    unit: 'reqps',
    queries: [
      range(
        orZero(sum(rate('http_requests_total', `${REQUESTED}, status=~"401|403|429"`), 'status'), 'status'),
        '{{status}}',
      ),
    ],
    width: 8,
    colored: { 401: colors.warning, 403: 'purple', 429: colors.bad },
  }),
  timeseries({
    title: 'Rate limits without Redis',
    description:
      'Hits that a process counted alone because Redis did not answer. Meanwhile limits hold per process, not for all together.',
    unit: 'ops',
    queries: [range(sum(rate('pitwall_rate_limit_without_redis_total'), 'class'), '{{class}}')],
    width: 8,
    runbook: 'resources.md#redisaway',
  }),
  timeseries({
    title: 'Live pages',
    description: 'Browsers that follow the live updates. All gone at once: the proxy cut the event streams.',
    unit: 'short',
    queries: [range(`sum by (instance) (pitwall_live_subscribers{${CHOSEN}})`, '{{instance}}')],
    width: 8,
  }),
  states({
    title: 'Health checks',
    description:
      'Each check of readiness over time, in the worst process. A process that is not ready gets no requests from the proxy.',
    unit: 'none',
    queries: [range(`min by (check) (pitwall_health_check_up{${CHOSEN}})`, '{{check}}')],
    width: 8,
    names: { 1: { text: 'well', color: colors.good }, 0: { text: 'not well', color: colors.bad } },
    runbook: 'service.md#healthlow',
  }),
];
