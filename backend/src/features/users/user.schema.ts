import { z } from 'zod';
import { ROLES } from '../../http/caller.js';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';
import { accountLinkSchema } from './account-link.schema.js';

export const USER_STATUSES = ['active', 'invited', 'disabled'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

export const userSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    status: z.enum(USER_STATUSES).meta({ description: 'Invited until a password is chosen.' }),
    lastSignInAt: timestamp().nullable(),
    createdAt: timestamp(),
    updatedAt: timestamp(),
  })
  .meta({ id: 'User' });

export const userWithLinkSchema = userSchema.extend({ link: accountLinkSchema }).meta({ id: 'UserWithLink' });

/** Kept in lower case, so that one person has one address. 254 characters: RFC 5321, 4.5.3.1.3, less the brackets. */
export const emailField = z
  .string()
  .trim()
  .normalize('NFC')
  .toLowerCase()
  .max(254)
  .pipe(z.email({ error: 'is not an e-mail address' }))
  .meta({ override: { type: 'string', format: 'email', maxLength: 254 } });

export const nameField = z
  .string()
  .trim()
  .normalize('NFC')
  .pipe(storableText(200))
  .meta({ override: { type: 'string', minLength: 1, maxLength: 200 } });

export const newUserSchema = z
  .strictObject({ email: emailField, name: nameField, role: z.enum(ROLES) })
  .meta({ id: 'NewUser' });

export const userChangeSchema = z
  .strictObject({
    email: emailField.optional(),
    name: nameField.optional(),
    role: z.enum(ROLES).optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ id: 'UserChange' });

/** What is to become a user, with the password that the person would choose. */
export const userDraftSchema = newUserSchema.extend({ password: z.string().optional() });

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Left as it came: `z.record` would drop a key `__proto__`, which is a fault like any other. */
export const userValidationBody = z
  .custom<Record<string, unknown>>(isObject, 'is not an object')
  .meta({ id: 'UserDraft', override: { type: 'object', additionalProperties: true } });

export const userValidationSchema = z
  .object({ valid: z.boolean(), faults: z.array(z.object({ pointer: z.string(), detail: z.string() })) })
  .meta({ id: 'UserValidation' });

export const userParams = z.object({ id: z.uuid() });
export const userQuery = pageQuery.extend({
  q: storableText(254).optional().meta({ description: 'Part of the e-mail address or the name.' }),
  role: z.enum(ROLES).optional(),
  status: z.enum(USER_STATUSES).optional(),
});
export const userPageSchema = pageOf(userSchema).meta({ id: 'UserPage' });

export type User = z.output<typeof userSchema>;
export type NewUser = z.output<typeof newUserSchema>;
export type UserChange = z.output<typeof userChangeSchema>;
export type UserQuery = z.output<typeof userQuery>;
export type UserValidation = z.output<typeof userValidationSchema>;
