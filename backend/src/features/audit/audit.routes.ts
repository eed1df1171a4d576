import { endpoint } from '../../http/endpoint.js';
import { jsonPageByPosition } from '../../http/pagination.js';
import { auditPageSchema, auditQuery } from './audit.schema.js';
import type { AuditService } from './audit.service.js';

export const auditRoutes = (audit: Pick<AuditService, 'list'>) => [
  endpoint({
    method: 'get',
    path: '/audit',
    tag: 'Audit',
    summary: 'List who did what, newest first',
    description: 'Entries are never changed or removed; each is chained to the one before it by its hash.',
    access: 'admin',
    concealed: true,
    rate: 'read',
    request: { query: auditQuery },
    response: { status: 200, schema: auditPageSchema, ready: true },
    errors: [],
    handle: async ({ query }) => jsonPageByPosition(await audit.list(query)),
  }),
];
