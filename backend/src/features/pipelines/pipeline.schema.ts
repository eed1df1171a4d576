import { z } from 'zod';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';
import { statusFilter, statusSchema } from '../runs/execution.schema.js';
import { SOURCE_KINDS, sourceName } from '../sources/source.schema.js';

export const RECENT_RUNS = 12;

const recentRunSchema = z.object({
  id: z.uuid(),
  number: z.int().nullable(),
  attempt: z.int(),
  status: statusSchema,
  branch: z.string().nullable(),
  title: z.string().nullable(),
  createdAt: timestamp(),
  startedAt: timestamp().nullable(),
  finishedAt: timestamp().nullable(),
  durationSeconds: z.number().nullable(),
});

export const pipelineSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    displayName: z.string().nullable(),
    description: z.string().nullable(),
    definition: z.string().nullable(),
    url: z.string().nullable(),
    source: z.object({ id: z.uuid(), name: z.string(), kind: z.enum(SOURCE_KINDS) }),
    repository: z.object({ id: z.uuid(), fullName: z.string(), url: z.string().nullable() }).nullable(),
    createdAt: timestamp(),
    lastActivityAt: timestamp().nullable(),
    recentRuns: z.array(recentRunSchema).meta({ description: `The latest ${RECENT_RUNS}, newest first.` }),
  })
  .meta({ id: 'Pipeline' });

const displayName = storableText(255).nullable();
const description = storableText(2000).nullable();

/** A pipeline may be made before its first record comes; records of that source, repository and name are its runs. */
export const newPipelineSchema = z
  .strictObject({
    name: storableText(255),
    repository: storableText(255).optional(),
    source: sourceName.default('api').meta({ description: 'The `source` that its records name.' }),
    displayName: displayName.optional(),
    description: description.optional(),
  })
  .meta({ id: 'NewPipeline' });

export const pipelineChangeSchema = z
  .strictObject({ displayName: displayName.optional(), description: description.optional() })
  .meta({
    id: 'PipelineChange',
    description: 'What people say of it. Everything else comes from what its source sends.',
  });

export const pipelineQuery = pageQuery.extend({
  repository: storableText(255).optional().meta({ description: 'Its full name, such as `acme/shop`, or its id.' }),
  status: statusFilter.optional().meta({ description: 'Of the latest run.' }),
  deleted: z
    .stringbool()
    .default(false)
    .meta({
      override: { type: 'boolean', default: false, description: 'Those that were deleted, instead of the others.' },
    }),
  q: storableText(255).optional().meta({ description: "Part of its name or of its repository's." }),
});

export const pipelineParams = z.object({ id: z.uuid() });
export const pipelinePageSchema = pageOf(pipelineSchema).meta({ id: 'PipelinePage' });

export type PipelineQuery = z.output<typeof pipelineQuery>;
export type NewPipeline = z.output<typeof newPipelineSchema>;
export type PipelineChange = z.output<typeof pipelineChangeSchema>;
