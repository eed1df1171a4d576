import { Prisma } from './generated/client.js';

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

const NETWORK_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * Whether the same statement may succeed later: the connection, the server's state or another transaction was at fault,
 * not the data. By SQLSTATE class (https://www.postgresql.org/docs/18/errcodes-appendix.html): 08 connection, 40
 * transaction rollback, 53 insufficient resources, 57 operator intervention, 58 system error, 55 object not in
 * prerequisite state (lock not available).
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return /terminat|timeout|closed|Connection/.test(error.message);
  return NETWORK_ERRORS.has(code) || /^(08|40|53|55|57|58)/.test(code);
}
