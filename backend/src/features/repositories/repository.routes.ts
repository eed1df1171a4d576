import { endpoint } from '../../http/endpoint.js';
import { jsonPage } from '../../http/pagination.js';
import type { CodeRepositoryRepository } from './repository.repository.js';
import { repositoryPageSchema, repositoryQuery } from './repository.schema.js';

export const repositoryRoutes = (repositories: Pick<CodeRepositoryRepository, 'list'>) => [
  endpoint({
    method: 'get',
    path: '/repositories',
    tag: 'Changes',
    summary: 'List repositories by name',
    access: 'viewer',
    rate: 'read',
    request: { query: repositoryQuery },
    response: { status: 200, schema: repositoryPageSchema, ready: true },
    errors: [],
    handle: async ({ query }) => jsonPage(await repositories.list(query)),
  }),
];
