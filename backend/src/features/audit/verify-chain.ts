import { ChainWalk, type ChainFault, type ChainHead } from './audit.chain.js';
import type { AuditRepository } from './audit.repository.js';

const PAGE_ROWS = 500;
/** The least of PostgreSQL's bigints: a row before position 1 is a fault too. */
const BEFORE_ALL = -(2n ** 63n);

/**
 * Computes the chain again from every row, a page at a time, and answers the last that fits and the first that does not.
 * @param anchor an earlier head, which must still be in the chain
 */
export async function verifyChain(
  entries: Pick<AuditRepository, 'chainPage'>,
  anchor?: ChainHead,
): Promise<{ head: ChainHead; fault?: ChainFault | undefined }> {
  const walk = new ChainWalk(anchor);
  for (let after = BEFORE_ALL; ; after = walk.head.position) {
    const page = await entries.chainPage(after, PAGE_ROWS);
    for (const row of page) {
      const fault = walk.step(row);
      if (fault) return { head: walk.head, fault };
    }
    if (page.length < PAGE_ROWS) return { head: walk.head, fault: walk.end() };
  }
}
