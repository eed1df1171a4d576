import pg from 'pg';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

export interface ListenerOptions {
  url: string;
  /** What to do with a message, by its channel. */
  channels: Record<string, (payload: string) => void>;
  /** Called when it listens again after a gap, in which messages were missed. */
  onGap(): void;
  onError(error: Error): void;
}

/** Hears PostgreSQL's notifications on a connection of its own, and comes back when that breaks. */
export class PostgresListener {
  private client: pg.Client | undefined;
  private closed = false;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ListenerOptions) {}

  async open(): Promise<void> {
    const { url, channels } = this.options;
    const client = new pg.Client({ connectionString: url, application_name: 'pitwall listener', keepAlive: true });
    client.on('notification', ({ channel, payload }) => channels[channel]?.(payload ?? ''));
    client.on('error', (error) => this.reopen(client, error));
    client.on('end', () => this.reopen(client, new Error('The connection for notifications ended.')));
    this.client = client;
    await client.connect();
    for (const channel of Object.keys(channels)) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    this.retryMs = FIRST_RETRY_MS;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retryTimer);
    await this.client?.end();
  }

  private reopen(broken: pg.Client, error: Error): void {
    if (this.closed || this.client !== broken) return;
    this.client = undefined;
    this.options.onError(error);
    broken.end().catch(() => undefined);
    const attempt = () => {
      this.open().then(
        () => this.options.onGap(),
        (failure: Error) => this.client && this.reopen(this.client, failure),
      );
    };
    this.retryTimer = setTimeout(attempt, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, MAX_RETRY_MS);
  }
}
