import type { ApiToken } from './api/tokens.ts';
import { formatInstant, formatUntil } from './time.ts';

const SOON_MS = 14 * 24 * 3600 * 1000;

type Dates = Pick<ApiToken, 'expiresAt' | 'revokedAt'>;

/** Whether nobody can call with it any more. */
export const isOver = ({ expiresAt, revokedAt }: Dates, now: number): boolean =>
  revokedAt !== null || new Date(expiresAt).getTime() <= now;

/** How long it lasts, marked when that is not long: somebody has to put another in its place. */
export function stateOf(token: Dates, now: number): { label: string; tone?: 'ask' | 'quiet' } {
  if (token.revokedAt !== null) return { label: 'Revoked', tone: 'quiet' };
  const leftMs = new Date(token.expiresAt).getTime() - now;
  if (leftMs <= 0) return { label: 'Expired', tone: 'quiet' };
  const label = formatUntil(leftMs / 1000);
  return leftMs <= SOON_MS ? { label: `Expires ${label}`, tone: 'ask' } : { label };
}

export const expiryAfter = (days: number, now: number): string =>
  formatInstant(new Date(now + days * 24 * 3600 * 1000).toISOString());
