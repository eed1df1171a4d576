/** What was sent, and what of it was acknowledged. Kept by the sender, apart from what it is compared with. */
export class Ledger {
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();

  get unacknowledged(): string[] {
    return [...this.sent].filter((id) => !this.acknowledged.has(id));
  }
}

export interface Verdict {
  sent: number;
  acknowledged: number;
  /** Acknowledged, and not there. */
  lost: string[];
  /** There more than once. */
  duplicated: string[];
  /** There, and never sent. */
  unexpected: string[];
  /** There without an acknowledgement, which is allowed. */
  recovered: number;
}

/**
 * What goes in must come out: the rules of Jepsen's `total-queue` checker
 * (https://jepsen-io.github.io/jepsen/jepsen.checker.html#var-total-queue), with how often each id was found.
 */
export function judge({ sent, acknowledged }: Ledger, found: ReadonlyMap<string, number>): Verdict {
  const ids = [...found.keys()];
  return {
    sent: sent.size,
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((id) => !found.has(id)),
    duplicated: ids.filter((id) => (found.get(id) as number) > 1),
    unexpected: ids.filter((id) => !sent.has(id)),
    recovered: ids.filter((id) => sent.has(id) && !acknowledged.has(id)).length,
  };
}
