import { endpoint } from '../../http/endpoint.js';
import { jsonPage } from '../../http/pagination.js';
import type { ChangeRepository } from './change.repository.js';
import { changePageSchema, changeQuery, commitPageSchema, commitQuery } from './change.schema.js';

const tag = 'Changes';

export const changeRoutes = (changes: Pick<ChangeRepository, 'listChanges' | 'listCommits'>) => [
  endpoint({
    method: 'get',
    path: '/changes',
    tag,
    summary: 'List pull and merge requests, newest first',
    access: 'viewer',
    rate: 'read',
    request: { query: changeQuery },
    response: { status: 200, schema: changePageSchema, ready: true },
    errors: [],
    handle: async ({ query }) => jsonPage(await changes.listChanges(query)),
  }),
  endpoint({
    method: 'get',
    path: '/commits',
    tag,
    summary: 'List pushed commits, newest first',
    access: 'viewer',
    rate: 'read',
    request: { query: commitQuery },
    response: { status: 200, schema: commitPageSchema, ready: true },
    errors: [],
    handle: async ({ query }) => jsonPage(await changes.listCommits(query)),
  }),
];
