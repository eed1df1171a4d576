import type { z } from 'zod';
import { ConflictError, NotFoundError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import {
  newPipelineSchema,
  pipelineChangeSchema,
  pipelinePageSchema,
  pipelineParams,
  pipelineQuery,
  pipelineSchema,
} from './pipeline.schema.js';
import type { PipelineService } from './pipeline.service.js';

const tag = 'Pipelines';
const parsed = (json: string) => JSON.parse(json) as z.input<typeof pipelineSchema>;

export const pipelineRoutes = (pipelines: PipelineService) => [
  endpoint({
    method: 'get',
    path: '/pipelines',
    tag,
    summary: 'List pipelines with their latest runs, latest activity first',
    access: 'viewer',
    rate: 'read',
    request: { query: pipelineQuery },
    response: { status: 200, schema: pipelinePageSchema, ready: true },
    errors: [],
    handle: ({ query }) => pipelines.list(query),
  }),
  endpoint({
    method: 'post',
    path: '/pipelines',
    tag,
    summary: 'Make a pipeline before its first record comes',
    access: 'maintainer',
    rate: 'default',
    request: { body: newPipelineSchema },
    example: { name: 'checkout', repository: 'acme/shop', description: 'Builds and tests the shop.' },
    response: { status: 201, schema: pipelineSchema },
    errors: [ConflictError],
    location: ({ id }) => `/api/v1/pipelines/${id}`,
    handle: async ({ body }) => parsed(await pipelines.create(body)),
  }),
  endpoint({
    method: 'get',
    path: '/pipelines/{id}',
    tag,
    summary: 'One pipeline',
    access: 'viewer',
    rate: 'read',
    request: { params: pipelineParams },
    response: { status: 200, schema: pipelineSchema, ready: true },
    errors: [NotFoundError],
    handle: ({ params }) => pipelines.get(params.id),
  }),
  endpoint({
    method: 'patch',
    path: '/pipelines/{id}',
    tag,
    summary: 'Change what people say of a pipeline',
    access: 'maintainer',
    rate: 'default',
    request: { params: pipelineParams, body: pipelineChangeSchema },
    example: { displayName: 'Checkout' },
    response: { status: 200, schema: pipelineSchema },
    errors: [NotFoundError],
    handle: async ({ params, body }) => parsed(await pipelines.update(params.id, body)),
  }),
  endpoint({
    method: 'delete',
    path: '/pipelines/{id}',
    tag,
    summary: 'Hide a pipeline and its runs',
    description: 'What its source sends is still kept, and is there when the pipeline is restored.',
    access: 'maintainer',
    rate: 'default',
    request: { params: pipelineParams },
    response: { status: 204 },
    errors: [NotFoundError],
    handle: ({ params }) => pipelines.delete(params.id),
  }),
  endpoint({
    method: 'post',
    path: '/pipelines/{id}/restore',
    tag,
    summary: 'Show a deleted pipeline and its runs again',
    access: 'maintainer',
    rate: 'default',
    request: { params: pipelineParams },
    response: { status: 200, schema: pipelineSchema },
    errors: [NotFoundError],
    handle: async ({ params }) => parsed(await pipelines.restore(params.id)),
  }),
];
