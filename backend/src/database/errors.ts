import { Prisma } from './generated/client.js';

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** What a row refers to is not there, or no longer. */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
}

const NETWORK_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** https://www.prisma.io/docs/orm/reference/error-reference: not reached, too late, closed, too many, write conflict. */
const PRISMA_ERRORS = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037']);

/** As pg throws it; Prisma keeps what pg said below its own error. */
interface DatabaseError {
  message?: unknown;
  code?: unknown;
  cause?: { originalCode?: unknown };
  meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
}

/**
 * Whether the same statement may succeed later: the connection, the server's state or another transaction was at fault,
 * not the data. By SQLSTATE class (https://www.postgresql.org/docs/18/errcodes-appendix.html): 08 connection, 40
 * transaction rollback, 53 insufficient resources, 57 operator intervention, 58 system error, 55 object not in
 * prerequisite state (lock not available).
 */
export function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { message, code, cause, meta } = error as DatabaseError;
  const original = (meta?.driverAdapterError?.cause ?? cause)?.originalCode;
  const known = [code, original].filter((one) => typeof one === 'string');
  if (known.length === 0) return typeof message === 'string' && /terminat|timeout|closed|Connection/.test(message);
  return known.some((one) => NETWORK_ERRORS.has(one) || PRISMA_ERRORS.has(one) || /^(08|40|53|55|57|58)...$/.test(one));
}
