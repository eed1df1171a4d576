import { z } from 'zod';
import { timestamp } from '../../http/fields.js';

export const LINK_PURPOSES = ['setup', 'invitation', 'password_reset'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** Only in the answer that makes it: it cannot be read again. */
export const accountLinkSchema = z
  .object({
    url: z.url().meta({ description: 'For the person to open; works once.' }),
    expiresAt: timestamp(),
  })
  .meta({ id: 'AccountLink' });

export interface AccountLink {
  url: string;
  expiresAt: Date;
}
