import type { ServerResponse } from 'node:http';
import { UnavailableError } from '../../errors.js';
import type { Events } from '../../observability/events.js';
import type { Projected } from '../projector/projector.service.js';

const RETRY_MS = 1_000;

export interface LiveLimits {
  heartbeatMs: number;
  maxSubscribers: number;
  /** A page that reads more slowly than this fills up is cut off; it comes back and asks for what it missed. */
  maxBufferedBytes: number;
}

const LIMITS: LiveLimits = { heartbeatMs: 15_000, maxSubscribers: 2_000, maxBufferedBytes: 256 * 1024 };

/** Tells open pages what was projected, by server-sent events (https://html.spec.whatwg.org/#server-sent-events). */
export class LiveService {
  private readonly subscribers = new Set<ServerResponse>();
  private readonly heartbeat: NodeJS.Timeout;
  private readonly limits: LiveLimits;
  private closed = false;

  constructor(
    private readonly events: Pick<Events, 'liveSubscribers'>,
    limits: Partial<LiveLimits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
    this.heartbeat = setInterval(() => this.send(':\n\n'), this.limits.heartbeatMs);
    this.heartbeat.unref();
  }

  /** Keeps the answer open until the page goes away or the process stops. */
  subscribe(response: ServerResponse): void {
    if (this.closed) throw new UnavailableError('The process is stopping.', 5);
    if (this.subscribers.size >= this.limits.maxSubscribers) {
      throw new UnavailableError('Too many pages are open here.', 5);
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would hold the events back otherwise.
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method === 'HEAD') return void response.end();
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

  /** Ends every stream; those who come later are sent elsewhere. */
  close(): void {
    this.closed = true;
    clearInterval(this.heartbeat);
    for (const subscriber of this.subscribers) subscriber.end();
    // Each is open until its end is through, and a write to it in between would be an error that nobody handles.
    this.subscribers.clear();
  }

  private send(text: string): void {
    for (const subscriber of this.subscribers) {
      if (subscriber.writableLength > this.limits.maxBufferedBytes) subscriber.destroy();
      else subscriber.write(text);
    }
  }
}
