import { isNativeError } from 'node:util/types';
import { Prisma } from './generated/client.js';

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
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

/** Not reachable, timed out, connection closed, no connection free, write conflict, too many connections. */
const PRISMA_ERRORS = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037']);

/**
 * By SQLSTATE class (https://www.postgresql.org/docs/18/errcodes-appendix.html): 08 connection, 40 transaction rollback,
 * 53 insufficient resources, 55 object not in prerequisite state (lock not available), 57 operator intervention, 58
 * system error.
 */
const TRANSIENT_STATES = /^(08|40|53|55|57|58)/;

/** Whether the same statement may succeed later: the connection, the server or another transaction was at fault, not the data. */
export function isTransient(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  const code = (error as { code?: unknown }).code;
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return PRISMA_ERRORS.has(error.code) || TRANSIENT_STATES.test(sqlStateOf(error));
  }
  // pg gives no code to what its own connection meets.
  if (typeof code !== 'string') return /terminat|timeout|closed|Connection/.test(error.message);
  return NETWORK_ERRORS.has(code) || TRANSIENT_STATES.test(code);
}

/** PostgreSQL's own code, where the driver's error is passed on with it. */
function sqlStateOf({ meta }: Prisma.PrismaClientKnownRequestError): string {
  const driver = meta?.driverAdapterError as { cause?: { originalCode?: string } } | undefined;
  return driver?.cause?.originalCode ?? '';
}
