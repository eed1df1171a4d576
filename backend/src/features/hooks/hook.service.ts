import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError, NotFoundError } from '../../errors.js';
import type { Events } from '../../observability/events.js';
import type { EventLog } from '../event-log/event-log.service.js';
import { deliveryId } from '../event-log/event.js';
import type { SourceKind } from '../sources/source.schema.js';
import type { ConnectedSource, SourceService } from '../sources/source.service.js';
import type { Delivery } from './delivery.js';
import { readGithubDelivery } from './github-delivery.js';

type ReadDelivery = (headers: IncomingHttpHeaders, body: Buffer, keys: KeyObject[]) => Delivery;

const readers: Partial<Record<SourceKind, ReadDelivery>> = { github: readGithubDelivery };

/** Takes the deliveries of providers: verify, append, acknowledge. What they mean is read later. */
export class HookService {
  constructor(
    private readonly sources: Pick<SourceService, 'connected'>,
    private readonly log: Pick<EventLog, 'append'>,
    private readonly events: Pick<Events, 'deliveryRefused'>,
    private readonly now: () => Date,
  ) {}

  async receive(sourceName: string, headers: IncomingHttpHeaders, body: Buffer) {
    const source = await this.sources.connected(sourceName);
    const read = source && readers[source.kind];
    if (!read) throw new NotFoundError(`No source named ${sourceName} takes webhooks.`);
    const { type, deliveryKey, headers: kept } = this.read(read, source, headers, body);
    const id = deliveryId(source.id, deliveryKey);
    const outcome = await this.log.append({
      id,
      sourceId: source.id,
      kind: source.kind,
      deliveryKey,
      type,
      receivedAt: this.now(),
      headers: JSON.stringify(kept),
      body,
    });
    return { id, outcome };
  }

  private read(read: ReadDelivery, source: ConnectedSource, headers: IncomingHttpHeaders, body: Buffer): Delivery {
    try {
      return read(headers, body, source.keys);
    } catch (error) {
      if (error instanceof AppError) {
        this.events.deliveryRefused({ kind: source.kind, source: source.name, reason: error.message });
      }
      throw error;
    }
  }
}
