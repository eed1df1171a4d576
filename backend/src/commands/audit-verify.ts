import { loadConfigOrExit } from '../config.js';
import { connectDatabase } from '../database/client.js';
import { openBesideService } from '../database/open-database.js';
import type { ChainHead } from '../features/audit/audit.chain.js';
import { AuditRepository } from '../features/audit/audit.repository.js';
import { verifyChain } from '../features/audit/verify-chain.js';

const USAGE = `Use \`audit-verify [POSITION:HASH]\`: checks every row of the audit log against the chain of hashes, and ends with 1 where
one was edited, inserted, moved or is missing. A chain alone cannot show that its end was cut off, or that all of it was
written anew: give it a head that was kept elsewhere. The service logs its head at each start ("The audit log ends here.").
`;

/** Works on DATABASE_URL, else on the embedded PostgreSQL, also while the service runs it. */
const [given = ''] = process.argv.slice(2);
const anchor = parseHead(given);
if (given !== '' && !anchor) {
  process.stderr.write(USAGE);
  process.exit(1);
}
const config = loadConfigOrExit();
const database = await openBesideService(config);
const connections = connectDatabase({ url: database.url, poolSize: 1, onIdleError: () => undefined });
try {
  const { head, fault } = await verifyChain(new AuditRepository(connections.pool), anchor);
  process.stdout.write(
    fault
      ? `Position ${fault.position} ${fault.detail}.\nThe ${head.position} rows before it fit.\n`
      : `${head.position} rows, and each fits. The head is ${head.position}:${head.hash.toString('hex')}\n`,
  );
  if (fault) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await connections.close();
  await database.close();
}

function parseHead(text: string): ChainHead | undefined {
  const [, position, hash] = /^([1-9]\d{0,17}):([0-9a-f]{64})$/.exec(text) ?? [];
  return position && hash ? { position: BigInt(position), hash: Buffer.from(hash, 'hex') } : undefined;
}
