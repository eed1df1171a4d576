import { loadConfigOrExit } from '../config.js';
import { connectDatabase } from '../database/client.js';
import { openBesideService } from '../database/open-database.js';
import { AppError, NotFoundError } from '../errors.js';
import { AuditRepository } from '../features/audit/audit.repository.js';
import { AuditService } from '../features/audit/audit.service.js';
import { userTransactions } from '../features/users/transactions.js';
import { UserRepository } from '../features/users/user.repository.js';
import { UserService } from '../features/users/user.service.js';

/**
 * Prints a link with which whoever has that e-mail address chooses a new password: `password-reset EMAIL`, for when no
 * Admin can sign in to make one. Works on DATABASE_URL, else on the embedded PostgreSQL, also while the service runs it.
 */
const email = process.argv[2]?.trim();
if (!email) {
  process.stderr.write('Whose password? Give their e-mail address.\n');
  process.exit(2);
}
const config = loadConfigOrExit();
const opened = await openBesideService(config);
const connections = connectDatabase({ url: opened.url, poolSize: 2, onIdleError: () => undefined });
try {
  const { url: link, expiresAt } = await issue(email);
  process.stdout.write(`Open this once, until ${expiresAt.toISOString()}, to choose a new password:\n${link}\n`);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  await connections.close();
  await opened.close();
}

async function issue(address: string) {
  const { database } = connections;
  // Sessions end when the link is used: the service sees to it then.
  const access = { endSessions: () => Promise.resolve() };
  const now = () => new Date();
  const transact = userTransactions(database);
  const users = new UserService(new UserRepository(database), transact, access, config.http.publicUrl, now);
  const user = await users.findForSignIn(address);
  if (!user) throw new NotFoundError(`There is no user with the e-mail address ${address}.`);
  const link = await users.issuePasswordReset(user.id);
  const unheard = { audited: () => undefined, auditDropped: () => undefined, auditHead: () => undefined };
  await new AuditService(new AuditRepository(connections.pool), unheard, now).record({
    ...{
      action: 'user.password_reset_issued',
      outcome: 'succeeded',
      actor: { kind: 'system', name: 'password-reset' },
    },
    target: { kind: 'user', id: user.id },
  });
  return link;
}
