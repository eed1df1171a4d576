import { z } from 'zod';
import { storableText, timestamp } from '../../http/fields.js';
import { pageByNameQuery, pageOf } from '../../http/pagination.js';
import { TIERS, tierSchema } from '../deployments/deployment.schema.js';
import { statusSchema } from '../runs/execution.schema.js';

export const environmentSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    tier: tierSchema,
    url: z.string().nullable(),
    service: z.object({ id: z.uuid(), name: z.string() }),
    latestDeployment: z
      .object({
        id: z.uuid(),
        status: statusSchema,
        ref: z.string().nullable(),
        commitSha: z.string().nullable(),
        createdAt: timestamp(),
      })
      .nullable(),
  })
  .meta({ id: 'Environment', description: 'Where a service is deployed to.' });

export const environmentQuery = pageByNameQuery.extend({
  service: storableText(255).optional().meta({ description: 'Its name or id.' }),
  tier: z.enum(TIERS).optional(),
});

export const environmentPageSchema = pageOf(environmentSchema).meta({ id: 'EnvironmentPage' });
export type EnvironmentQuery = z.output<typeof environmentQuery>;
