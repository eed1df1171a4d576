import { z } from 'zod';
import { timestamp } from '../../http/fields.js';
import { STATUSES } from '../projector/fact.js';

/** What runs, attempts, jobs, steps and deployments have in common. */

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

export const secondsSchema = z.number().nullable();

/** When something waited and ran. A span that ends before it begins is a fault of the data: null, not negative. */
export const spanFields = {
  queuedAt: timestamp().nullable(),
  startedAt: timestamp().nullable(),
  finishedAt: timestamp().nullable(),
  queueSeconds: secondsSchema,
  durationSeconds: secondsSchema,
};

/** A job, wherever it is shown. */
export const jobFields = {
  attempt: z.int(),
  name: z.string(),
  status: statusSchema,
  runnerLabels: z.array(z.string()),
  runnerName: z.string().nullable(),
  runnerGroup: z.string().nullable(),
  url: z.string().nullable(),
  ...spanFields,
};
