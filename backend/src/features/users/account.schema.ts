import { z } from 'zod';
import { timestamp } from '../../http/fields.js';
import { LINK_PURPOSES } from './account-link.schema.js';
import { emailField, nameField } from './user.schema.js';

const token = z.string().min(1).max(200).meta({ description: 'What stands after the `#` of the link.' });

/** The rules for it want to know whose it is: see password-policy.ts. */
const password = z
  .string()
  .meta({ description: '8 to 1,000 characters of any kind, spaces included; not one that is guessed first.' });

export const linkTokenSchema = z.strictObject({ token }).meta({ id: 'LinkToken' });

export const linkDescriptionSchema = z
  .object({
    purpose: z.enum(LINK_PURPOSES),
    email: z.string().nullable().meta({ description: 'Whose account it is about; null for the set-up.' }),
    expiresAt: timestamp(),
  })
  .meta({ id: 'LinkDescription' });

export const setupSchema = z
  .strictObject({ token, email: emailField, name: nameField, password })
  .meta({ id: 'Setup' });

export const activationSchema = z.strictObject({ token, password }).meta({ id: 'Activation' });

export type Setup = z.output<typeof setupSchema>;
export type Activation = z.output<typeof activationSchema>;
