import { NotFoundError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { deploymentPageSchema, deploymentParams, deploymentQuery, deploymentSchema } from './deployment.schema.js';
import type { DeploymentService } from './deployment.service.js';

const tag = 'Deployments';

export const deploymentRoutes = (deployments: DeploymentService) => [
  endpoint({
    method: 'get',
    path: '/deployments',
    tag,
    summary: 'List deployments, newest first',
    access: 'viewer',
    rate: 'read',
    request: { query: deploymentQuery },
    response: { status: 200, schema: deploymentPageSchema, ready: true },
    errors: [],
    handle: ({ query }) => deployments.list(query),
  }),
  endpoint({
    method: 'get',
    path: '/deployments/{id}',
    tag,
    summary: 'One deployment',
    access: 'viewer',
    rate: 'read',
    request: { params: deploymentParams },
    response: { status: 200, schema: deploymentSchema, ready: true },
    errors: [NotFoundError],
    handle: ({ params }) => deployments.get(params.id),
  }),
];
