import { z } from 'zod';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';
import { jobFields, statusFilter } from '../runs/execution.schema.js';

export const jobSchema = z
  .object({
    id: z.uuid(),
    externalId: z.string(),
    runId: z.uuid(),
    createdAt: timestamp(),
    ...jobFields,
  })
  .meta({ id: 'Job' });

export const jobQuery = pageQuery.extend({
  run: z.uuid().optional(),
  status: statusFilter.optional(),
  runnerLabel: storableText(255).optional(),
});

export const jobPageSchema = pageOf(jobSchema).meta({ id: 'JobPage' });
export type JobQuery = z.output<typeof jobQuery>;
