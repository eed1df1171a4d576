import { z } from 'zod';
import { storableText, timestamp, timeWindow } from '../../http/fields.js';
import { pageByPositionQuery, pageOf } from '../../http/pagination.js';

export const AUDIT_OUTCOMES = ['succeeded', 'denied', 'failed'] as const;
/** `denied`: whoever asked may not. `failed`: they may, and it did not work. */
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export const ACTOR_KINDS = ['user', 'api token', 'anonymous', 'system'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export const auditEntrySchema = z
  .object({
    position: z.int().meta({ description: 'From 1, without a gap.' }),
    at: timestamp(),
    action: z.string(),
    outcome: z.enum(AUDIT_OUTCOMES),
    actor: z.object({
      kind: z.enum(ACTOR_KINDS),
      id: z.uuid().nullable(),
      name: z.string().nullable().meta({ description: "The e-mail address, or the token's name, as it was then." }),
    }),
    target: z.object({ kind: z.string(), id: z.string() }).nullable(),
    remote: z.string().nullable(),
    requestId: z.string().nullable(),
    details: z.record(z.string(), z.unknown()).nullable(),
    hash: z.hex().length(64).meta({ description: 'SHA-256 over this entry and the hash of the one before.' }),
  })
  .meta({ id: 'AuditEntry', description: 'Who did what, and how it ended.' });

export const auditQuery = pageByPositionQuery.extend({
  action: storableText(64).optional().meta({ description: 'Such as `user.created`.' }),
  actorId: z.uuid().optional(),
  targetId: storableText(254).optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  ...timeWindow(),
});

export const auditPageSchema = pageOf(auditEntrySchema).meta({ id: 'AuditPage' });
export type AuditQuery = z.output<typeof auditQuery>;

/** What is to be recorded. Texts that are longer than their columns are cut; secrets in `details` are left out. */
export interface NewAuditEntry {
  /** Such as `user.created`, at most 64 characters. */
  action: string;
  outcome: AuditOutcome;
  /** `id` is a UUID. */
  actor: { kind: ActorKind; id?: string | undefined; name?: string | undefined };
  target?: { kind: string; id: string } | undefined;
  remote?: string | undefined;
  requestId?: string | undefined;
  /** A member whose name speaks of a secret (`token`, `password`, ...) is redacted: ids of such things go into `target`. */
  details?: Record<string, unknown> | undefined;
}
