import { z } from 'zod';
import { SCOPES } from '../../http/caller.js';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';

const DEFAULT_DAYS = 90;
const MAX_DAYS = 366;

export const newApiTokenSchema = z
  .strictObject({
    name: storableText(100).meta({ description: 'What it is for, such as the system that calls with it.' }),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .transform((scopes) => [...new Set(scopes)])
      .meta({
        description: '`ingest` hands in; `read` reads; `write` does both and changes; `admin` does everything.',
      }),
    expiresInDays: z.int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS),
  })
  .meta({ id: 'NewApiToken' });

export const apiTokenSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    owner: z.object({ id: z.uuid(), email: z.string(), name: z.string() }),
    createdAt: timestamp(),
    expiresAt: timestamp(),
    /** To the minute. */
    lastUsedAt: timestamp().nullable(),
    revokedAt: timestamp().nullable(),
  })
  .meta({ id: 'ApiToken' });

/** Only in the answer that makes it: it cannot be read again. */
export const apiTokenWithSecretSchema = apiTokenSchema.extend({ token: z.string() }).meta({ id: 'ApiTokenWithSecret' });

export const apiTokenParams = z.object({ id: z.uuid() });
export const apiTokenQuery = pageQuery.extend({
  everyone: z
    .stringbool({ truthy: ['true'], falsy: ['false'], error: 'is not true or false' })
    .default(false)
    .meta({ override: { type: 'boolean', default: false, description: 'Of all users; for Admins.' } }),
});
export const apiTokenPageSchema = pageOf(apiTokenSchema).meta({ id: 'ApiTokenPage' });

export type NewApiToken = z.output<typeof newApiTokenSchema>;
