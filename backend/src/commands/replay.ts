import { loadConfigOrExit } from '../config.js';
import { connectDatabase } from '../database/client.js';
import { openDatabase } from '../database/open-database.js';
import { inTransaction } from '../database/transaction.js';
import { translators } from '../dependencies.js';
import { replay } from '../features/projector/replay.js';

/**
 * Empties what is derived and lets the projector read the whole log again, as the translators read it today. The rows
 * come back with the ids they had. Works beside a running service when DATABASE_URL is set, else while none runs.
 */
const config = loadConfigOrExit();
const database = await openDatabase(config);
const connections = connectDatabase({ url: database.url, poolSize: 2, onIdleError: () => undefined });
try {
  const events = await inTransaction(connections.pool, (client) => replay(client, translators));
  process.stdout.write(`${events} events are enqueued; the service projects them as it runs.\n`);
} finally {
  await connections.close();
  await database.close();
}
