import type { Database } from '../../database/client.js';
import { AccountLinkRepository } from './account-link.repository.js';
import { UserRepository } from './user.repository.js';

export interface UserRepositories {
  users: UserRepository;
  links: AccountLinkRepository;
}

/** Does work in one transaction, after whatever else is under way in one. */
export type UserTransact = <T>(work: (repositories: UserRepositories) => Promise<T>) => Promise<T>;

const TIMES = { maxWait: 10_000, timeout: 15_000 };

/**
 * One after the other, in all processes: so the last Admin cannot go while another who was counted goes too, and only
 * one first Admin is made. People change seldom, and hashes are computed before, so nobody waits for long.
 */
export function userTransactions(database: Pick<Database, '$transaction'>): UserTransact {
  return (work) =>
    database.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(7304005)`;
      return work({ users: new UserRepository(transaction), links: new AccountLinkRepository(transaction) });
    }, TIMES);
}
