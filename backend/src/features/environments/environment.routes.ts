import { endpoint } from '../../http/endpoint.js';
import { jsonPage } from '../../http/pagination.js';
import type { EnvironmentRepository } from './environment.repository.js';
import { environmentPageSchema, environmentQuery } from './environment.schema.js';

export const environmentRoutes = (environments: Pick<EnvironmentRepository, 'list'>) => [
  endpoint({
    method: 'get',
    path: '/environments',
    tag: 'Deployments',
    summary: 'List environments with what was deployed to each last',
    access: 'viewer',
    rate: 'read',
    request: { query: environmentQuery },
    response: { status: 200, schema: environmentPageSchema, ready: true },
    errors: [],
    handle: async ({ query }) => jsonPage(await environments.list(query)),
  }),
];
