import { z } from 'zod';
import { ConflictError, InvalidInputError, UnavailableError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { elementsOf } from '../../http/json.js';
import { pageQuery } from '../../http/pagination.js';
import { ingestReceiptSchema, recentSchema, recordSchema, statsSchema } from './record.schema.js';
import type { RecordService } from './record.service.js';

const tag = 'Intake';
const RUN_EXAMPLE = {
  type: 'pipeline_run',
  source: 'buildbot',
  data: {
    pipeline: 'checkout',
    repository: 'acme/shop',
    run_id: '4711',
    status: 'succeeded' as const,
    started_at: '2026-01-31T12:00:00Z',
    finished_at: '2026-01-31T12:04:30Z',
    branch: 'main',
    commit: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
    jobs: [
      { name: 'build', status: 'succeeded', started_at: '2026-01-31T12:00:05Z', finished_at: '2026-01-31T12:04:30Z' },
    ],
  },
};
const SENSOR_EXAMPLE = { type: 'sensor', data: { temperature: 25.5 }, source: 'api' };
const MAX_SEVERAL = 100;

const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,150}$/, 'is not 1 to 150 visible ASCII characters')
    .optional()
    .meta({ description: 'The same request under the same key counts once.' }),
});

interface Limits {
  maxBatchBytes: number;
  maxBatchRecords: number;
}

export const recordRoutes = (records: RecordService, { maxBatchBytes, maxBatchRecords }: Limits) => {
  const several = (max: number) => z.array(recordSchema).min(1).max(max);
  const batchSchema = z.union([several(maxBatchRecords), z.strictObject({ records: several(maxBatchRecords) })]);
  return [
    endpoint({
      method: 'post',
      path: '/ingest',
      tag,
      summary: 'Take one record, or several',
      description: `Answered once they are in the event log: all or none. At most ${MAX_SEVERAL}.`,
      access: 'ingest',
      rate: 'ingest',
      request: { headers: idempotencyHeader, body: z.union([recordSchema, several(MAX_SEVERAL)]) },
      example: RUN_EXAMPLE,
      response: { status: 202, schema: ingestReceiptSchema },
      errors: [ConflictError, UnavailableError],
      handle: ({ body, headers, request }) => {
        const key = headers['idempotency-key'];
        if (!Array.isArray(body)) return records.ingest(body, request.bytes, key);
        return records.ingestBatch(body, elementsOf(request.bytes, 1), key);
      },
    }),
    endpoint({
      method: 'post',
      path: '/ingest/batch',
      tag,
      summary: 'Take a batch of records',
      description: `A list, or \`{"records": [...]}\`, of at most ${maxBatchRecords}. All or none.`,
      access: 'ingest',
      rate: 'ingest',
      request: { headers: idempotencyHeader, body: batchSchema },
      example: { records: [RUN_EXAMPLE, SENSOR_EXAMPLE] },
      maxBodyBytes: maxBatchBytes,
      response: { status: 202, schema: ingestReceiptSchema },
      errors: [ConflictError, UnavailableError],
      handle: ({ body, headers, request }) => {
        const list = Array.isArray(body) ? body : body.records;
        return records.ingestBatch(list, elementsOf(request.bytes, list === body ? 1 : 2), headers['idempotency-key']);
      },
    }),
    endpoint({
      method: 'get',
      path: '/ingest/stats',
      tag,
      summary: 'Count what was taken in',
      access: 'viewer',
      rate: 'read',
      request: {},
      response: { status: 200, schema: statsSchema },
      errors: [],
      handle: () => records.stats(),
    }),
    endpoint({
      method: 'get',
      path: '/ingest/recent',
      tag,
      summary: 'The events that were taken in last',
      access: 'viewer',
      rate: 'read',
      request: { query: pageQuery.pick({ limit: true }) },
      response: { status: 200, schema: recentSchema },
      errors: [InvalidInputError],
      handle: async ({ query }) => ({ items: await records.recent(query.limit) }),
    }),
  ];
};
