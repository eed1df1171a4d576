import { ForbiddenError, NotFoundError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import {
  apiTokenPageSchema,
  apiTokenParams,
  apiTokenQuery,
  apiTokenWithSecretSchema,
  newApiTokenSchema,
} from './api-token.schema.js';
import type { ApiTokenService } from './api-token.service.js';

const tag = 'API tokens';

export const apiTokenRoutes = (tokens: ApiTokenService) => [
  endpoint({
    method: 'get',
    path: '/tokens',
    tag,
    summary: 'List my API tokens',
    access: 'person',
    rate: 'read',
    request: { query: apiTokenQuery },
    response: { status: 200, schema: apiTokenPageSchema },
    errors: [ForbiddenError],
    handle: ({ caller, query }) => tokens.list(caller, query),
  }),
  endpoint({
    method: 'post',
    path: '/tokens',
    tag,
    summary: 'Make an API token',
    description: 'The answer holds the token. It is shown this once.',
    access: 'person',
    rate: 'default',
    audit: 'token.created',
    request: { body: newApiTokenSchema },
    example: { name: 'buildbot', scopes: ['ingest'], expiresInDays: 90 },
    response: { status: 201, schema: apiTokenWithSecretSchema },
    errors: [ForbiddenError],
    handle: ({ caller, body }) => tokens.create(caller, body),
  }),
  endpoint({
    method: 'delete',
    path: '/tokens/{id}',
    tag,
    summary: 'Revoke an API token',
    description: 'One of mine; an Admin may revoke any.',
    access: 'person',
    rate: 'default',
    audit: 'token.revoked',
    request: { params: apiTokenParams },
    response: { status: 204 },
    errors: [NotFoundError],
    handle: ({ caller, params }) => tokens.revoke(caller, params.id),
  }),
];
