import type { Case } from './bench.js';
import { HOOK_SECRET, HOOK_SOURCE } from './hook-source.js';
import { httpCase } from './http-case.js';
import { projectionOfRecords, projectionOfWebhooks } from './projection-case.js';

const CONNECTIONS = 64;
const BATCH_CONNECTIONS = 10;
const LIST_CONNECTIONS = 32;
const LIST = '/api/v1/runs?limit=20';

const webhook = (event: string) =>
  ({ kind: 'webhook', path: `/api/v1/hooks/${HOOK_SOURCE}`, event, secret: HOOK_SECRET }) as const;

const batch = (records: number, aim: number) =>
  httpCase({
    name: `batch of ${records}`,
    beside: 'COPY of the same rows by one connection',
    aim,
    workload: ({ credentials }) => ({
      kind: 'batch',
      path: '/api/v1/ingest/batch',
      records,
      credential: credentials.token,
    }),
    connections: BATCH_CONNECTIONS,
    unit: 'records',
    unitsPerAnswer: records,
    floor: {
      task: ({ databaseUrl: url, seconds }) => ({ kind: 'copy events', url, records, seconds }),
    },
    writes: true,
  });

/** In the order in which they run: those that read first, since they want the seeded runs. */
export const cases: Case[] = [
  httpCase({
    name: 'cached list',
    beside: 'bare node:http, same bytes',
    aim: 0.6,
    // As the page that shows it asks for it.
    workload: ({ credentials }) => ({ kind: 'get', path: LIST, credential: credentials.cookie }),
    connections: CONNECTIONS,
    unit: 'answers',
    floor: { duty: { kind: 'none' } },
  }),
  httpCase({
    name: 'uncached list',
    beside: 'node:http and pg, prepared',
    aim: 0.8,
    // A row is not read twice, so no page is in the cache.
    workload: ({ rows, credentials }) => ({ kind: 'run pages', rows, credential: credentials.cookie }),
    connections: LIST_CONNECTIONS,
    unit: 'answers',
    floor: { duty: ({ databaseUrl: url, poolSize }) => ({ kind: 'read run pages', url, poolSize }) },
  }),
  httpCase({
    name: 'single record',
    beside: 'the same handler, no database',
    aim: 0.5,
    workload: ({ credentials }) => ({ kind: 'record', path: '/api/v1/ingest', credential: credentials.token }),
    connections: CONNECTIONS,
    unit: 'records',
    floor: { duty: { kind: 'all but the database' } },
    writes: true,
  }),
  batch(100, 0.75),
  batch(1000, 0.85),
  httpCase({
    name: 'webhook',
    beside: 'node:http that verifies and parses it',
    aim: 0.65,
    workload: webhook('deployment_status'),
    connections: CONNECTIONS,
    unit: 'webhooks',
    floor: { duty: { kind: 'verify and parse', secret: HOOK_SECRET } },
    writes: true,
  }),
  httpCase({
    name: 'webhook, not projected',
    beside: 'node:http that verifies and parses it',
    aim: 0.65,
    workload: webhook('issues'),
    connections: CONNECTIONS,
    unit: 'webhooks',
    floor: { duty: { kind: 'verify and parse', secret: HOOK_SECRET } },
    writes: true,
  }),
  projectionOfRecords,
  projectionOfWebhooks,
];
