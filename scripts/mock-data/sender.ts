import type { PitwallClient } from '../pitwall-client.js';
import type { MockRecord } from './record.js';

/** Well under what Pitwall takes unless it is set to less: 1000 records, 10 MiB. */
const MAX_RECORDS = 500;
const MAX_BYTES = 4 * 1024 * 1024;

export interface Receipt {
  accepted: number;
  duplicates: number;
}

interface Options {
  /** Requests under way at the same time. */
  inFlight: number;
  onSent: () => void;
}

/** Sends records in batches. Throws what the first refused batch was refused for. */
export async function sendRecords(
  records: Iterable<MockRecord>,
  client: Pick<PitwallClient, 'request'>,
  { inFlight, onSent }: Options,
): Promise<Receipt> {
  const batches = batchesOf(records);
  const sum: Receipt = { accepted: 0, duplicates: 0 };
  // All senders draw from one generator, so that no more is made than can be sent.
  const send = async () => {
    for (const batch of batches) {
      const body = `[${batch.join(',')}]`;
      const receipt = await client.request<Receipt>('/ingest/batch', { method: 'POST', body });
      sum.accepted += receipt.accepted;
      sum.duplicates += receipt.duplicates;
      onSent();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, send));
  return sum;
}

/** Batches of records as JSON. */
function* batchesOf(records: Iterable<MockRecord>): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const record of records) {
    const json = JSON.stringify(record);
    const more = Buffer.byteLength(json) + 1;
    if (batch.length === MAX_RECORDS || (batch.length > 0 && bytes + more > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(json);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

/** Waits until everything that was taken in is projected; `onPending` hears how much is left. */
export async function untilProjected(
  client: Pick<PitwallClient, 'request'>,
  sleep: (ms: number) => Promise<unknown>,
  onPending: (pending: number) => void,
): Promise<void> {
  for (;;) {
    const { pending } = await client.request<{ pending: number }>('/ingest/stats');
    onPending(pending);
    if (pending === 0) return;
    await sleep(500);
  }
}
