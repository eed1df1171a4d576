import { z } from 'zod';
import { UnavailableError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import type { LiveService } from './live.service.js';

export const projectedSchema = z
  .object({
    pipelines: z.array(z.uuid()),
    runs: z.array(z.uuid()),
    deployments: z.array(z.uuid()),
    more: z.boolean().meta({ description: 'Too many rows changed to name them all: read the lists again.' }),
  })
  .meta({ id: 'Projected' });

export const liveRoutes = (live: LiveService) => [
  endpoint({
    method: 'get',
    path: '/live',
    tag: 'Live',
    summary: 'Follow what changes',
    access: 'viewer',
    rate: 'read',
    request: {},
    response: {
      status: 200,
      stream: 'text/event-stream',
      schema: projectedSchema,
      description: 'Server-sent events named `projected`; the schema is that of their data.',
    },
    errors: [UnavailableError],
    handle: async ({ response }) => live.subscribe(response),
  }),
];
