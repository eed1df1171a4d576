import type pg from 'pg';
import { inTransaction } from '../../database/transaction.js';
import { ProjectionRepository } from './projection.repository.js';
import type { ProjectionTransact } from './projector.service.js';
import { QueueRepository } from './queue.repository.js';

/** The projector's repositories over one transaction, so that its work cannot reach past it. */
export function projectionTransactions(pool: pg.Pool): ProjectionTransact {
  return (work) =>
    inTransaction(pool, (client) =>
      work({
        queue: new QueueRepository(client),
        projection: new ProjectionRepository(client),
        async undoing(attempt) {
          await client.query('SAVEPOINT attempt');
          try {
            return await attempt();
          } catch (error) {
            await client.query('ROLLBACK TO SAVEPOINT attempt');
            throw error;
          }
        },
      }),
    );
}
