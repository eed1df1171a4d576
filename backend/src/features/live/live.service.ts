import type { ServerResponse } from 'node:http';
import { UnavailableError } from '../../errors.js';
import type { Events } from '../../observability/events.js';
import type { Projected } from '../projector/projector.service.js';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
const MAX_SUBSCRIBERS = 2_000;
/** A page that reads more slowly than this fills up is cut off; it comes back and asks for what it missed. */
const MAX_BUFFERED_BYTES = 256 * 1024;

/** Tells open pages what was projected, by server-sent events (https://html.spec.whatwg.org/#server-sent-events). */
export class LiveService {
  private readonly subscribers = new Set<ServerResponse>();
  private readonly heartbeat: NodeJS.Timeout;

  constructor(private readonly events: Pick<Events, 'liveSubscribers'>) {
    this.heartbeat = setInterval(() => this.send(':\n\n'), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  /** Keeps the answer open until the page goes away or the process stops. */
  subscribe(response: ServerResponse): void {
    if (this.subscribers.size >= MAX_SUBSCRIBERS) throw new UnavailableError('Too many pages are open here.', 5);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would hold the events back otherwise.
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    this.subscribers.add(response);
    response.on('close', () => {
      this.subscribers.delete(response);
      this.events.liveSubscribers(this.subscribers.size);
    });
    this.events.liveSubscribers(this.subscribers.size);
  }

  publish(projected: Projected): void {
    this.send(`event: projected\ndata: ${JSON.stringify(projected)}\n\n`);
  }

  close(): void {
    clearInterval(this.heartbeat);
    for (const subscriber of this.subscribers) subscriber.end();
  }

  private send(text: string): void {
    for (const subscriber of this.subscribers) {
      if (subscriber.writableLength > MAX_BUFFERED_BYTES) subscriber.destroy();
      else subscriber.write(text);
    }
  }
}
