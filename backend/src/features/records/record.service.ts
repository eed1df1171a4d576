import { v7 as uuidv7 } from 'uuid';
import type { EventLog } from '../event-log/event-log.service.js';
import { deliveryId, type NewEvent } from '../event-log/event.js';
import type { SourceService } from '../sources/source.service.js';
import type { IntakeRepository } from './intake.repository.js';
import type { GivenRecord } from './record.schema.js';

/** Takes records of any kind. Their bytes are kept as they came. */
export class RecordService {
  constructor(
    private readonly sources: Pick<SourceService, 'forRecords'>,
    private readonly log: Pick<EventLog, 'append' | 'appendBatch'>,
    private readonly intake: Pick<IntakeRepository, 'stats' | 'recent'>,
    private readonly now: () => Date,
  ) {}

  /** @param key the caller's Idempotency-Key: the same record under the same key counts once. */
  async ingest(record: GivenRecord, bytes: Buffer, key: string | undefined) {
    const event = await this.eventOf(record, bytes, this.now(), key && `key ${key}`);
    return receipt([event], [await this.log.append(event)]);
  }

  /** All or none. `bytes` are those of each record; `key` stands for the batch, and each record's place in it. */
  async ingestBatch(records: GivenRecord[], bytes: Buffer[], key: string | undefined) {
    const receivedAt = this.now();
    const events: NewEvent[] = [];
    for (const [index, record] of records.entries()) {
      const place = key && `key#${index} ${key}`;
      events.push(await this.eventOf(record, bytes[index] as Buffer, receivedAt, place));
    }
    return receipt(events, await this.log.appendBatch(events));
  }

  stats() {
    return this.intake.stats(this.now());
  }

  recent(limit: number) {
    return this.intake.recent(limit, this.now());
  }

  /** @param place what stands for a record that has no id of its own; has a space, so that it is no sender's id. */
  private async eventOf(
    record: GivenRecord,
    body: Buffer,
    receivedAt: Date,
    place: string | undefined,
  ): Promise<NewEvent> {
    const { id: sourceId, kind } = await this.sources.forRecords(record.source);
    const deliveryKey = record.id ?? place ?? null;
    const id = deliveryKey === null ? uuidv7() : deliveryId(sourceId, deliveryKey);
    return { id, sourceId, kind, deliveryKey, type: record.type, receivedAt, headers: null, body };
  }
}

function receipt(events: NewEvent[], outcomes: ('accepted' | 'duplicate')[]) {
  const accepted = outcomes.filter((outcome) => outcome === 'accepted').length;
  return { accepted, duplicates: outcomes.length - accepted, ids: events.map(({ id }) => id) };
}
