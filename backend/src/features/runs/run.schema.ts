import { z } from 'zod';
import { givenTime, storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';
import { STATUSES } from '../projector/fact.js';

export const statusSchema = z.enum(STATUSES).meta({
  id: 'Status',
  description: '`queued`, `waiting` (held by a gate) and `running` are not finished; all others are.',
});

/** One status or several, as in `failed,timed_out`. */
export const statusFilter = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(STATUSES)))
  .meta({
    override: { type: 'string', description: `One or several of ${STATUSES.join(', ')}, with commas between.` },
  });

const seconds = z.number().nullable();

/** When something waited and ran. A span that ends before it begins is a fault of the data: null, not negative. */
export const spanFields = {
  queuedAt: timestamp().nullable(),
  startedAt: timestamp().nullable(),
  finishedAt: timestamp().nullable(),
  queueSeconds: seconds,
  durationSeconds: seconds,
};

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
  durationSeconds: seconds,
});

const runJobSchema = z.object({
  id: z.uuid(),
  attempt: z.int(),
  name: z.string(),
  status: statusSchema,
  runnerLabels: z.array(z.string()),
  runnerName: z.string().nullable(),
  runnerGroup: z.string().nullable(),
  url: z.string().nullable(),
  ...spanFields,
  steps: z.array(stepSchema),
});

const attemptSchema = z.object({ attempt: z.int(), status: statusSchema, url: z.string().nullable(), ...spanFields });

export const runSchema = runSummarySchema
  .extend({ attempts: z.array(attemptSchema), jobs: z.array(runJobSchema) })
  .meta({ id: 'Run', description: 'A run with its attempts, and the jobs and steps of all of them.' });

export const runQuery = pageQuery.extend({
  pipeline: z.uuid().optional(),
  repository: storableText(255).optional().meta({ description: 'Its full name, such as `acme/shop`, or its id.' }),
  branch: storableText(255).optional(),
  status: statusFilter.optional(),
  from: givenTime()
    .optional()
    .meta({ override: { type: 'string', format: 'date-time' } }),
  to: givenTime()
    .optional()
    .meta({ override: { type: 'string', format: 'date-time', description: 'Not including it.' } }),
});

export const runParams = z.object({ id: z.uuid() });
export const runPageSchema = pageOf(runSummarySchema).meta({ id: 'RunPage' });
export type RunQuery = z.output<typeof runQuery>;
