import { endpoint } from '../../http/endpoint.js';
import { jsonPage } from '../../http/pagination.js';
import type { JobRepository } from './job.repository.js';
import { jobPageSchema, jobQuery } from './job.schema.js';

export const jobRoutes = (jobs: Pick<JobRepository, 'list'>) => [
  endpoint({
    method: 'get',
    path: '/jobs',
    tag: 'Runs',
    summary: 'List jobs, newest first',
    access: 'viewer',
    rate: 'read',
    request: { query: jobQuery },
    response: { status: 200, schema: jobPageSchema, ready: true },
    errors: [],
    handle: async ({ query }) => jsonPage(await jobs.list(query)),
  }),
];
