import { z } from 'zod';
import { CALLER_KINDS, ROLES, SCOPES } from '../../http/caller.js';
import { timestamp } from '../../http/fields.js';

export const SESSION_KINDS = ['browser', 'client'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

const password = z.string().min(1).max(1000);

export const credentialsSchema = z
  .strictObject({
    email: z.string().min(1).max(254),
    password,
    kind: z.enum(['token', 'session']).default('token').meta({
      description: '`token` answers tokens for an API client; `session` opens a session of a browser by its cookie.',
    }),
  })
  .meta({ id: 'Credentials' });

export const refreshSchema = z.strictObject({ refreshToken: z.string().min(1).max(200) }).meta({ id: 'Refresh' });

export const passwordChangeSchema = z
  .strictObject({ currentPassword: password, newPassword: password })
  .meta({ id: 'PasswordChange' });

export const signedInUserSchema = z
  .object({ id: z.uuid(), email: z.string(), name: z.string(), role: z.enum(ROLES) })
  .meta({ id: 'SignedInUser' });

const tokensSchema = z.object({
  tokenType: z.literal('Bearer'),
  accessToken: z.string().meta({ description: 'A JWT; `Authorization: Bearer <it>`.' }),
  expiresInSeconds: z.int(),
  refreshToken: z.string().meta({ description: 'Good for one exchange. Seen twice, it ends the session.' }),
  refreshExpiresAt: timestamp(),
});

export const issuedTokensSchema = tokensSchema.extend({ user: signedInUserSchema }).meta({ id: 'IssuedTokens' });

/** Of a browser's session only the user: its secret is in the cookie, out of reach of scripts. */
export const signInSchema = tokensSchema.partial().extend({ user: signedInUserSchema }).meta({ id: 'SignIn' });

export const meSchema = z
  .object({
    user: signedInUserSchema,
    credential: z.object({
      kind: z.enum(CALLER_KINDS),
      id: z.uuid(),
      scopes: z.array(z.enum(SCOPES)).nullable(),
    }),
  })
  .meta({ id: 'Me' });

export const sessionSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(SESSION_KINDS),
    createdAt: timestamp(),
    lastSeenAt: timestamp(),
    expiresAt: timestamp(),
    remote: z.string().nullable(),
    userAgent: z.string().nullable(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' });

export const sessionsSchema = z.object({ items: z.array(sessionSchema) }).meta({ id: 'Sessions' });
export const sessionParams = z.object({ id: z.uuid() });

export type Credentials = z.output<typeof credentialsSchema>;
export type PasswordChange = z.output<typeof passwordChangeSchema>;
