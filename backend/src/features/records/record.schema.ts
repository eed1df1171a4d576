import { z } from 'zod';
import { givenTime, httpUrl, storableText, timestamp } from '../../http/fields.js';
import { STATUSES } from '../projector/fact.js';
import { sourceName } from '../sources/source.schema.js';

const MAX_JOBS = 1000;
const MAX_STEPS = 1000;

const recordType = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._/:-]{0,98}[A-Za-z0-9])?$/,
    'is not 1 to 100 letters, digits or ._/:- between them',
  );

const status = z.enum(STATUSES);
const optionalTime = givenTime().nullish();

const stepSchema = z.strictObject({
  name: storableText(255),
  number: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: 'Its place in the job, from 1. Left out, the place in the list.' }),
  status,
  started_at: optionalTime,
  finished_at: optionalTime,
});

const jobSchema = z.strictObject({
  name: storableText(255),
  id: storableText(255)
    .optional()
    .meta({ description: "The sender's id. Left out, the name stands for it, within run and attempt." }),
  status,
  runner_labels: z.array(storableText(255)).max(100).optional(),
  runner_name: storableText(255).nullish(),
  url: httpUrl().nullish(),
  queued_at: optionalTime,
  started_at: optionalTime,
  finished_at: optionalTime,
  steps: z.array(stepSchema).max(MAX_STEPS).optional(),
});

/** A run, or what is known of it so far. May be sent again as it goes on; the state with the latest time is believed. */
export const pipelineRunSchema = z
  .strictObject({
    pipeline: storableText(255).meta({ description: 'Its name, which identifies it within source and repository.' }),
    repository: storableText(255).nullish().meta({ description: 'Such as `acme/shop`.' }),
    run_id: z.union([storableText(255), z.int().min(0).transform(String)]),
    attempt: z.int().min(1).max(100_000).default(1),
    status,
    number: z.int().min(0).nullish(),
    title: storableText(500).nullish(),
    trigger: storableText(255).nullish(),
    branch: storableText(255).nullish(),
    commit: storableText(255).nullish(),
    actor: storableText(255).nullish(),
    url: httpUrl().nullish(),
    queued_at: optionalTime,
    started_at: optionalTime,
    finished_at: optionalTime,
    updated_at: optionalTime.meta({
      description: 'When this was so. Left out: the latest of the other times, else the time of arrival.',
    }),
    jobs: z.array(jobSchema).max(MAX_JOBS).optional(),
  })
  .meta({ id: 'PipelineRunData' });

/** A deployment of a service to an environment. May be sent again as it goes on. */
export const deploymentDataSchema = z
  .strictObject({
    service: storableText(255),
    environment: storableText(255),
    deployment_id: z.union([storableText(255), z.int().min(0).transform(String)]),
    status,
    repository: storableText(255).nullish(),
    run_id: z.union([storableText(255), z.int().min(0).transform(String)]).nullish(),
    pipeline: storableText(255)
      .nullish()
      .meta({ description: 'With `run_id`: the pipeline of the run that deployed.' }),
    ref: storableText(255).nullish(),
    commit: storableText(255).nullish(),
    description: storableText(500).nullish(),
    creator: storableText(255).nullish(),
    url: httpUrl().nullish(),
    queued_at: optionalTime,
    started_at: optionalTime,
    finished_at: optionalTime,
    updated_at: optionalTime,
  })
  .meta({ id: 'DeploymentData' });

/** The types of records that say something about delivery, and the shape of their `data`. */
export const knownRecordData = { pipeline_run: pipelineRunSchema, deployment: deploymentDataSchema } as const;
export type KnownRecordType = keyof typeof knownRecordData;

export const isKnownRecordType = (type: string): type is KnownRecordType => Object.hasOwn(knownRecordData, type);

export const recordSchema = z
  .strictObject({
    type: recordType,
    data: z
      .unknown()
      .refine((data) => data !== undefined, 'is missing')
      .meta({
        override: {
          description: 'PipelineRunData for `pipeline_run`, DeploymentData for `deployment`, anything for other types.',
          anyOf: [
            { $ref: '#/components/schemas/PipelineRunData' },
            { $ref: '#/components/schemas/DeploymentData' },
            { description: 'Any JSON.' },
          ],
        },
      }),
    source: sourceName,
    id: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, 'is not 1 to 200 visible ASCII characters')
      .optional()
      .meta({ description: "The sender's id of this record: sent again under it, it counts once." }),
  })
  .superRefine(({ type, data }, context) => {
    if (!isKnownRecordType(type)) return;
    for (const issue of knownRecordData[type].safeParse(data).error?.issues ?? []) {
      context.addIssue({ ...issue, path: ['data', ...issue.path] } as Parameters<typeof context.addIssue>[0]);
    }
  })
  .meta({
    id: 'Record',
    description:
      'Anything that can be told as JSON. `pipeline_run` (data: PipelineRunData) and `deployment` (data: DeploymentData) ' +
      "are projected like any provider's; every other type is kept and counted.",
    examples: [{ type: 'sensor', data: { temperature: 25.5 }, source: 'api' }],
  });

export type GivenRecord = z.output<typeof recordSchema>;

export const ingestReceiptSchema = z
  .object({ accepted: z.int(), duplicates: z.int(), ids: z.array(z.uuid()) })
  .meta({ id: 'IngestReceipt' });

export const recentRecordSchema = z.object({
  id: z.uuid(),
  type: z.string(),
  source: z.string(),
  kind: z.string(),
  receivedAt: timestamp(),
  bytes: z.int(),
  /** The record's data; null where it is larger than 16 kB, or is a provider's delivery. */
  data: z.unknown(),
  quarantined: z.boolean(),
});

export const recentSchema = z.object({ items: z.array(recentRecordSchema) }).meta({ id: 'RecentEvents' });

const countSchema = z.object({ count: z.int(), bytes: z.int(), latestAt: timestamp() });

export const statsSchema = z
  .object({
    total: z.int(),
    bytes: z.int(),
    today: z.int(),
    pending: z.int().meta({ description: 'Not yet projected.' }),
    quarantined: z.int(),
    byType: z.array(countSchema.extend({ type: z.string() })).meta({ description: 'The 100 most frequent.' }),
    bySource: z
      .array(countSchema.extend({ source: z.string(), kind: z.string() }))
      .meta({ description: 'The 100 most frequent.' }),
  })
  .meta({ id: 'IngestStats' });
