import { randomBytes } from 'node:crypto';
import { secretHash } from '../../database/secret-hash.js';
import type { AccountLinkRepository } from './account-link.repository.js';
import type { AccountLink, LinkPurpose } from './account-link.schema.js';

const HOUR_MS = 60 * 60 * 1000;
const LIFETIME_MS: Record<LinkPurpose, number> = {
  setup: 24 * HOUR_MS,
  invitation: 7 * 24 * HOUR_MS,
  password_reset: HOUR_MS,
};
const PAGE: Record<LinkPurpose, string> = { setup: 'setup', invitation: 'activate', password_reset: 'activate' };
const TOKEN_BYTES = 32;

export interface LinkRequest {
  purpose: LinkPurpose;
  /** Null for the set-up, before there is anybody. */
  userId: string | null;
  publicUrl: string;
  now: Date;
}

/** Makes a link, which voids the user's earlier ones of that purpose. Its secret is in the answer alone. */
export async function issueLink(
  links: Pick<AccountLinkRepository, 'replace'>,
  { purpose, userId, publicUrl, now }: LinkRequest,
): Promise<AccountLink> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const expiresAt = new Date(now.getTime() + LIFETIME_MS[purpose]);
  await links.replace({ secretHash: secretHash(token), purpose, userId, createdAt: now, expiresAt });
  // After `#`, a browser keeps it to itself: it reaches no log of a server or proxy.
  return { url: `${publicUrl}/${PAGE[purpose]}#${token}`, expiresAt };
}
