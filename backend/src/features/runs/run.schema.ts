import { z } from 'zod';
import { storableText, timestamp, timeWindow } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';
import { jobFields, secondsSchema, spanFields, statusFilter, statusSchema } from './execution.schema.js';

export const runSummarySchema = z
  .object({
    id: z.uuid(),
    externalId: z.string(),
    pipeline: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    repository: z.object({ id: z.uuid(), fullName: z.string() }).nullable(),
    number: z.int().nullable(),
    attempt: z.int(),
    title: z.string().nullable(),
    trigger: z.string().nullable(),
    branch: z.string().nullable(),
    commitSha: z.string().nullable(),
    actor: z.string().nullable(),
    status: statusSchema,
    url: z.string().nullable(),
    createdAt: timestamp(),
    ...spanFields,
  })
  .meta({ id: 'RunSummary', description: 'A run in the state of its latest attempt.' });

export const stepSchema = z.object({
  number: z.int(),
  name: z.string(),
  status: statusSchema,
  startedAt: timestamp().nullable(),
  finishedAt: timestamp().nullable(),
  durationSeconds: secondsSchema,
});

const runJobSchema = z.object({ id: z.uuid(), ...jobFields, steps: z.array(stepSchema) });

const attemptSchema = z.object({ attempt: z.int(), status: statusSchema, url: z.string().nullable(), ...spanFields });

export const runSchema = runSummarySchema
  .extend({ attempts: z.array(attemptSchema), jobs: z.array(runJobSchema) })
  .meta({ id: 'Run', description: 'A run with its attempts, and the jobs and steps of all of them.' });

export const runQuery = pageQuery.extend({
  pipeline: z.uuid().optional(),
  repository: storableText(255).optional().meta({ description: 'Its full name, such as `acme/shop`, or its id.' }),
  branch: storableText(255).optional(),
  status: statusFilter.optional(),
  ...timeWindow(),
});

export const runParams = z.object({ id: z.uuid() });
export const runPageSchema = pageOf(runSummarySchema).meta({ id: 'RunPage' });
export type RunQuery = z.output<typeof runQuery>;
