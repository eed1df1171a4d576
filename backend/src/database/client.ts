import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';

export type Database = PrismaClient;

/** Prisma for what is done one row at a time, SQL for what is done a set at a time, over the same connections. */
export interface Connections {
  pool: pg.Pool;
  database: Database;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  url: string;
  poolSize: number;
  /** Told of connections that break while nobody uses them. */
  onIdleError(error: Error): void;
}

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 15_000;

export function connectDatabase({ url, poolSize, onIdleError }: ConnectionOptions): Connections {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'pitwall',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: 60_000,
    options: '-c timezone=UTC',
    keepAlive: true,
  });
  pool.on('error', onIdleError);
  const database = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    pool,
    database,
    async close() {
      await database.$disconnect();
      await pool.end();
    },
  };
}
