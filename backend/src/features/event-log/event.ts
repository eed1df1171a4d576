import { nameUuid } from '../../database/name-uuid.js';
import type { SourceKind } from '../sources/source.schema.js';

/** An event on its way into the log. */
export interface NewEvent {
  id: string;
  sourceId: string;
  kind: SourceKind;
  /** What the sender calls the event once and for all; null where it does not, and then nothing is a duplicate. */
  deliveryKey: string | null;
  type: string;
  receivedAt: Date;
  /** The chosen headers as JSON text; null for records. */
  headers: string | null;
  body: Buffer;
}

/** The identity of a delivery: sent again under the same key, it is the same event. */
export const deliveryId = (sourceId: string, deliveryKey: string) => nameUuid(sourceId, 'delivery', deliveryKey);
