import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { connectDatabase, type Connections } from '../src/database/client.js';
import { AccountLinkRepository } from '../src/features/users/account-link.repository.js';
import { AccountService } from '../src/features/users/account.service.js';
import { userTransactions } from '../src/features/users/transactions.js';
import { UserRepository } from '../src/features/users/user.repository.js';
import { UserService } from '../src/features/users/user.service.js';
import { createDatabase } from './databases.js';

const PUBLIC_URL = 'https://ci.example.com';
const PROCESSES = 4;

/** What several processes have of people, each over connections of its own; before each test there is nobody. */
export function startUserServices() {
  const processes: { users: UserService; accounts: AccountService; connections: Connections }[] = [];
  const ended: string[] = [];
  const now = new Date('2026-01-15T12:00:00Z');
  let database: Awaited<ReturnType<typeof createDatabase>>;

  const process = (number: number) => {
    const chosen = processes[number % PROCESSES];
    if (!chosen) throw new Error('The processes have not started.');
    return chosen;
  };
  const query = (text: string, values: unknown[] = []) => process(0).connections.pool.query(text, values);

  beforeAll(async () => {
    database = await createDatabase();
    for (let number = 0; number < PROCESSES; number++) {
      const connections = connectDatabase({ url: database.url, poolSize: 4, onIdleError: () => undefined });
      const users = new UserRepository(connections.database);
      const links = new AccountLinkRepository(connections.database);
      const transact = userTransactions(connections.database);
      const access = { endSessions: async (id: string) => void ended.push(id) };
      processes.push({
        users: new UserService(users, transact, access, PUBLIC_URL, () => now),
        accounts: new AccountService(users, links, transact, access, PUBLIC_URL, () => now),
        connections,
      });
    }
  });

  beforeEach(async () => {
    ended.length = 0;
    await query('DELETE FROM users');
    await query('DELETE FROM account_links');
  });

  afterAll(async () => {
    await Promise.all(processes.map(({ connections }) => connections.close()));
    await database.drop();
  });

  return {
    /** One of four. */
    process,
    query,
    /** Whose sessions were ended since the test began. */
    ended,
    now,
  };
}

export const tokenIn = ({ url }: { url: string }) => url.split('#')[1] ?? '';
