import { z } from 'zod';
import { storableText, timestamp, timeWindow } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';
import { spanFields, statusFilter, statusSchema } from '../runs/execution.schema.js';

export const TIERS = ['production', 'staging', 'testing', 'development', 'other'] as const;
export const tierSchema = z.enum(TIERS).meta({ id: 'EnvironmentTier', description: "From the environment's name." });

export const deploymentSchema = z
  .object({
    id: z.uuid(),
    externalId: z.string(),
    service: z.object({ id: z.uuid(), name: z.string() }),
    environment: z.object({ id: z.uuid(), name: z.string(), tier: tierSchema }),
    repository: z.object({ id: z.uuid(), fullName: z.string() }).nullable(),
    runId: z.uuid().nullable(),
    status: statusSchema,
    ref: z.string().nullable(),
    commitSha: z.string().nullable(),
    description: z.string().nullable(),
    creator: z.string().nullable(),
    logUrl: z.string().nullable(),
    createdAt: timestamp(),
    ...spanFields,
    supersededAt: timestamp().nullable().meta({ description: 'When a newer deployment took its place.' }),
  })
  .meta({ id: 'Deployment' });

export const deploymentQuery = pageQuery.extend({
  service: storableText(255).optional().meta({ description: 'Its name or id.' }),
  environment: storableText(255).optional().meta({ description: 'Its name or id.' }),
  tier: z.enum(TIERS).optional(),
  status: statusFilter.optional(),
  ...timeWindow(),
});

export const deploymentParams = z.object({ id: z.uuid() });
export const deploymentPageSchema = pageOf(deploymentSchema).meta({ id: 'DeploymentPage' });
export type DeploymentQuery = z.output<typeof deploymentQuery>;
