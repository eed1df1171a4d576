import { z } from 'zod';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';

export const SOURCE_KINDS = ['github', 'gitlab', 'jenkins', 'cdevents', 'records'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Kinds whose deliveries this version verifies and reads. */
export const HOOK_KINDS = ['github'] as const;

/** What a source is called in a URL and in a record. */
export const sourceName = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/,
    'is not 1 to 64 letters, digits, dots, dashes or underscores',
  );

export const sourceSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(SOURCE_KINDS),
    /** Where deliveries go; null for records, which go to the ingest API. */
    hookPath: z.string().nullable(),
    /** Until when a rotated secret is still accepted beside the current one. */
    previousSecretValidUntil: timestamp().nullable(),
    createdAt: timestamp(),
    updatedAt: timestamp(),
  })
  .meta({ id: 'Source' });

/** Only in the answer that makes or rotates it: it cannot be read again. */
export const sourceWithSecretSchema = sourceSchema.extend({ secret: z.string() }).meta({ id: 'SourceWithSecret' });

const secret = storableText(256, 16).meta({ description: 'At least 16 characters. Left out, a random one is made.' });

export const newSourceSchema = z
  .strictObject({ name: sourceName, kind: z.enum(HOOK_KINDS), secret: secret.optional() })
  .meta({ id: 'NewSource' });

export const secretRotationSchema = z
  .strictObject({
    secret: secret.optional(),
    overlapSeconds: z
      .int()
      .min(0)
      .max(7 * 24 * 3600)
      .default(24 * 3600)
      .meta({ description: 'How long the old secret is still accepted.' }),
  })
  .meta({ id: 'SecretRotation' });

export const sourceParams = z.object({ id: z.uuid() });
export const sourceQuery = pageQuery;
export const sourcePageSchema = pageOf(sourceSchema).meta({ id: 'SourcePage' });

export type NewSource = z.output<typeof newSourceSchema>;
export type SecretRotation = z.output<typeof secretRotationSchema>;
