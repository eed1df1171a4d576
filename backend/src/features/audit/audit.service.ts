import { LRUCache } from 'lru-cache';
import { isTransient } from '../../database/errors.js';
import { GroupCommit } from '../../database/group-commit.js';
import type { JsonPage } from '../../database/json-page.js';
import { cleanText } from '../../database/storable-text.js';
import { UnavailableError } from '../../errors.js';
import type { Events } from '../../observability/events.js';
import { escapeUnprintable, plainFields, plainText } from '../../observability/log-fields.js';
import type { AuditRepository, AuditRow } from './audit.repository.js';
import type { AuditQuery, NewAuditEntry } from './audit.schema.js';

const MIB = 1024 * 1024;
/** Small, so that an entry that is waited for has at most one group of denials before it. */
const GROUP_LIMITS = { maxItems: 500, maxBytes: 4 * MIB, maxWaitingBytes: Infinity };
const MAX_WAITING_DENIALS = 500;
/** Of those that nobody knows, from one address: whoever is known can be disabled. */
const MAX_DENIALS_PER_MINUTE = 60;
const MAX_ADDRESSES = 10_000;
const RETRY_AFTER_SECONDS = 5;

/** Who did what, and how it ended: rows that are only ever added, each chained to the one before it. */
export class AuditService {
  private readonly group: GroupCommit<AuditRow, void>;
  private waitingDenials = 0;
  private readonly denials = new LRUCache<string, { minute: number; count: number }>({ max: MAX_ADDRESSES });

  constructor(
    private readonly entries: Pick<AuditRepository, 'append' | 'list' | 'head'>,
    private readonly events: Pick<Events, 'audited' | 'auditDropped' | 'auditHead'>,
    private readonly now: () => Date,
  ) {
    this.group = new GroupCommit(
      (rows) => this.write(rows),
      (error) => !isTransient(error),
      GROUP_LIMITS,
    );
  }

  /**
   * Resolves once the entry is committed. A denial is dropped and counted while too many wait, or come from one address,
   * since anybody can cause them; every other entry waits its turn. Throws UnavailableError when the database does not take it.
   */
  async record(entry: NewAuditEntry): Promise<void> {
    const row = rowOf(entry, this.now());
    if (entry.outcome !== 'denied') return this.append(row);
    if (this.waitingDenials >= MAX_WAITING_DENIALS || this.isFlood(row)) {
      return this.events.auditDropped({ action: row.action });
    }
    this.waitingDenials++;
    await this.append(row).finally(() => this.waitingDenials--);
  }

  /** Counts a denial. A log that anybody may fill from one address is a disk that anybody may fill. */
  private isFlood({ actorKind, remote, at }: AuditRow): boolean {
    if (actorKind !== 'anonymous' || remote === null) return false;
    const minute = Math.floor(at.getTime() / 60_000);
    const counted = this.denials.get(remote);
    const count = counted?.minute === minute ? counted.count + 1 : 1;
    this.denials.set(remote, { minute, count });
    return count > MAX_DENIALS_PER_MINUTE;
  }

  list(query: AuditQuery): Promise<JsonPage> {
    return this.entries.list(query);
  }

  /** Tells the log where the chain ends: kept elsewhere, it shows later whether the end was cut off. */
  async announceHead(): Promise<void> {
    const { position, hash } = await this.entries.head();
    this.events.auditHead({ head: `${position}:${hash.toString('hex')}` });
  }

  /** Resolves when everything that was handed in is written. */
  drain(): Promise<void> {
    return this.group.drain();
  }

  private async append(row: AuditRow): Promise<void> {
    try {
      await this.group.add(row, row.details?.length ?? 0);
    } catch (cause) {
      if (!isTransient(cause)) throw cause;
      throw new UnavailableError('The audit log cannot be written for the moment.', RETRY_AFTER_SECONDS, { cause });
    }
  }

  private async write(rows: AuditRow[]): Promise<void[]> {
    await this.entries.append(rows);
    for (const { outcome } of rows) this.events.audited(outcome);
    return rows.map(() => undefined);
  }
}

function rowOf({ action, outcome, actor, target, remote, requestId, details }: NewAuditEntry, at: Date): AuditRow {
  return {
    ...{ at, action: cleanText(action, 64), outcome },
    actorKind: actor.kind,
    actorId: actor.id ?? null,
    actorName: column(actor.name, 254),
    targetKind: column(target?.kind, 32),
    targetId: column(target?.id, 254),
    remote: column(remote, 64),
    requestId: column(requestId, 64),
    // One line of printable characters, wherever it is shown.
    details: details ? escapeUnprintable(JSON.stringify(plainFields(() => details))) : null,
  };
}

/** What callers gave may hold a secret: a token where a name belongs. */
const column = (text: string | undefined, maxLength: number) =>
  text === undefined ? null : cleanText(plainText(text), maxLength);
