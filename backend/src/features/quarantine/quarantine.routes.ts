import { endpoint } from '../../http/endpoint.js';
import { jsonPage, pageQuery } from '../../http/pagination.js';
import type { QuarantineRepository } from './quarantine.repository.js';
import { quarantinePageSchema } from './quarantine.schema.js';

export const quarantineRoutes = (quarantine: Pick<QuarantineRepository, 'list'>) => [
  endpoint({
    method: 'get',
    path: '/ingest/quarantine',
    tag: 'Intake',
    summary: 'List the events that could not be read, and why',
    access: 'maintainer',
    concealed: true,
    rate: 'read',
    request: { query: pageQuery },
    response: { status: 200, schema: quarantinePageSchema, ready: true },
    errors: [],
    handle: async ({ query }) => jsonPage(await quarantine.list(query)),
  }),
];
