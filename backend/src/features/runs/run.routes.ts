import { NotFoundError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { runPageSchema, runParams, runQuery, runSchema } from './run.schema.js';
import type { RunService } from './run.service.js';

const tag = 'Runs';

export const runRoutes = (runs: RunService) => [
  endpoint({
    method: 'get',
    path: '/runs',
    tag,
    summary: 'List runs, newest first',
    access: 'viewer',
    rate: 'read',
    request: { query: runQuery },
    response: { status: 200, schema: runPageSchema, ready: true },
    errors: [],
    handle: ({ query }) => runs.list(query),
  }),
  endpoint({
    method: 'get',
    path: '/runs/{id}',
    tag,
    summary: 'One run with its attempts, jobs and steps',
    access: 'viewer',
    rate: 'read',
    request: { params: runParams },
    response: { status: 200, schema: runSchema, ready: true },
    errors: [NotFoundError],
    handle: ({ params }) => runs.get(params.id),
  }),
];
