import { createHash } from 'node:crypto';

/** A row of `audit_entries` as it is stored. */
export interface ChainedRow {
  position: bigint;
  at: Date;
  action: string;
  outcome: string;
  actorKind: string;
  actorId: string | null;
  actorName: string | null;
  targetKind: string | null;
  targetId: string | null;
  remote: string | null;
  requestId: string | null;
  details: string | null;
  previousHash: Buffer;
  hash: Buffer;
}

/** The last row of a chain; position 0 and zeros where it has none. */
export interface ChainHead {
  position: bigint;
  hash: Buffer;
}

export const CHAIN_START: ChainHead = { position: 0n, hash: Buffer.alloc(32) };

/**
 * The hash that a row must have: sha256(previous hash || fields). The canonical form, which the trigger
 * `chain_audit_entry` computes too: each field is its length in bytes (32 bits, big-endian) and its text in UTF-8, a null
 * is the length -1 alone. So no two rows have the same form, whatever their texts hold.
 */
export function rowHash(previousHash: Buffer, row: Omit<ChainedRow, 'previousHash' | 'hash'>): Buffer {
  const digest = createHash('sha256').update(previousHash);
  for (const field of [
    ...[row.position.toString(), row.at.getTime().toString(), row.action, row.outcome],
    ...[row.actorKind, row.actorId, row.actorName, row.targetKind, row.targetId],
    ...[row.remote, row.requestId, row.details],
  ]) {
    const bytes = field === null ? undefined : Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeInt32BE(bytes ? bytes.length : -1);
    digest.update(length);
    if (bytes) digest.update(bytes);
  }
  return digest.digest();
}

export interface ChainFault {
  position: bigint;
  detail: string;
}

/** Goes along a chain row by row, and tells the first that does not fit. */
export class ChainWalk {
  head = CHAIN_START;
  private anchorHeld = false;

  /** @param anchor an earlier head, which must still be in the chain */
  constructor(private readonly anchor?: ChainHead) {}

  step(row: ChainedRow): ChainFault | undefined {
    const position = this.head.position + 1n;
    const fault = (detail: string) => ({ position, detail });
    if (row.position > position) return fault(`is missing: ${row.position} comes next`);
    if (row.position < position) return fault(`has a row before it that does not belong there, at ${row.position}`);
    if (!row.previousHash.equals(this.head.hash)) return fault('does not continue the row before it');
    if (!row.hash.equals(rowHash(row.previousHash, row)))
      return fault('was changed: its hash is not that of its fields');
    this.head = { position, hash: row.hash };
    if (this.anchor?.position !== position) return undefined;
    this.anchorHeld = this.anchor.hash.equals(row.hash);
    return this.anchorHeld ? undefined : fault('has another hash than the given head: the chain was written anew');
  }

  /** After the last row. */
  end(): ChainFault | undefined {
    if (!this.anchor || this.anchorHeld) return undefined;
    const position = this.head.position + 1n;
    return { position, detail: `is missing: the given head is at ${this.anchor.position}, the end was cut off` };
  }
}
