import type { Fact } from './fact.js';

/** A raw event as the log keeps it. */
export interface RawEvent {
  /** The provider's name for the kind of event: `workflow_run`, or a record's `type`. */
  type: string;
  receivedAt: Date;
  /** The chosen headers, in lower case; empty for records. */
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Reads one provider's events. `translate` is pure: the same event gives the same facts, on any day, so that the log
 * can be read again.
 */
export interface Translator {
  /** The types that it reads. Events of others are kept and counted, but say nothing that is projected. */
  readonly types: ReadonlySet<string>;
  /** Throws `UnreadableEventError` when the event cannot be read; it then goes to quarantine. */
  translate(event: RawEvent): Fact[];
}

/** Why an event could not be read, in words for the person who looks into the quarantine. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}
