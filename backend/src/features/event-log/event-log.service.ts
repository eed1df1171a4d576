import { isTransient } from '../../database/errors.js';
import { UnavailableError } from '../../errors.js';
import type { Events } from '../../observability/events.js';
import type { Tracing } from '../../observability/tracing.js';
import type { EventLogRepository } from './event-log.repository.js';
import type { NewEvent } from './event.js';
import { GroupCommit, GroupCommitOverload } from '../../database/group-commit.js';

const MIB = 1024 * 1024;
const GROUP_LIMITS = { maxItems: 1000, maxBytes: 32 * MIB, maxWaitingBytes: 256 * MIB };
const RETRY_AFTER_SECONDS = 5;

export type Appended = 'accepted' | 'duplicate';

/** The log of everything that was received. Each answer comes after the commit: acknowledged means durable. */
export class EventLog {
  private readonly group: GroupCommit<NewEvent, Appended>;

  constructor(
    private readonly repository: Pick<EventLogRepository, 'append'>,
    private readonly outside: {
      events: Pick<Events, 'appended' | 'flushed'>;
      tracing: Pick<Tracing, 'traced'>;
      /** Whether the projector reads such an event. */
      projectable(event: NewEvent): boolean;
      /** Called after a commit that gave the projector something to do. */
      onProjectable(): void;
    },
  ) {
    this.group = new GroupCommit(
      (events) => this.write(events),
      (error) => !isTransient(error),
      GROUP_LIMITS,
    );
  }

  /** Appends one event, together with whatever else arrives while a write is under way. */
  async append(event: NewEvent): Promise<Appended> {
    try {
      return await this.group.add(event, event.body.length);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Appends several events in a commit of their own: all or none. */
  async appendBatch(events: NewEvent[]): Promise<Appended[]> {
    try {
      return await this.write(events);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Resolves when everything that was handed in is written. */
  drain(): Promise<void> {
    return this.group.drain();
  }

  private async write(events: NewEvent[]): Promise<Appended[]> {
    const { events: tell, tracing, projectable, onProjectable } = this.outside;
    const started = performance.now();
    const fresh = await tracing.traced('append events', { 'pitwall.events': events.length }, () =>
      this.repository.append(events, projectable),
    );
    tell.flushed({ rows: events.length, seconds: (performance.now() - started) / 1000 });
    // An id that stands twice in one group was new once.
    const outcomes = events.map(({ id }): Appended => (fresh.delete(id) ? 'accepted' : 'duplicate'));
    this.count(events, outcomes);
    if (events.some((event, index) => outcomes[index] === 'accepted' && projectable(event))) onProjectable();
    return outcomes;
  }

  private count(events: NewEvent[], outcomes: Appended[]): void {
    const counts = new Map<NewEvent['kind'], { accepted: number; duplicates: number }>();
    for (const [index, { kind }] of events.entries()) {
      const count = counts.get(kind) ?? { accepted: 0, duplicates: 0 };
      if (outcomes[index] === 'accepted') count.accepted++;
      else count.duplicates++;
      counts.set(kind, count);
    }
    for (const [kind, count] of counts) this.outside.events.appended({ kind, ...count });
  }
}

function unavailable(error: unknown): unknown {
  if (error instanceof GroupCommitOverload) return new UnavailableError(error.message, 1, { cause: error });
  if (!isTransient(error)) return error;
  return new UnavailableError('The event log cannot be written for the moment.', RETRY_AFTER_SECONDS, { cause: error });
}
