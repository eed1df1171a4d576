import { z } from 'zod';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';
import { spanFields, statusFilter, statusSchema } from '../runs/run.schema.js';

export const jobSchema = z
  .object({
    id: z.uuid(),
    externalId: z.string(),
    runId: z.uuid(),
    attempt: z.int(),
    name: z.string(),
    status: statusSchema,
    runnerLabels: z.array(z.string()),
    runnerName: z.string().nullable(),
    runnerGroup: z.string().nullable(),
    url: z.string().nullable(),
    createdAt: timestamp(),
    ...spanFields,
  })
  .meta({ id: 'Job' });

export const jobQuery = pageQuery.extend({
  run: z.uuid().optional(),
  status: statusFilter.optional(),
  runnerLabel: storableText(255).optional(),
});

export const jobPageSchema = pageOf(jobSchema).meta({ id: 'JobPage' });
export type JobQuery = z.output<typeof jobQuery>;
