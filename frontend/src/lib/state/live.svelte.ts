/** What changed: ids of rows, or `more` when they are too many to name and everything on show may be stale. */
export interface Projected {
  pipelines: string[];
  runs: string[];
  deployments: string[];
  more: boolean;
}

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'ended';

/** The part of an `EventSource` that is used. */
export type Stream = Pick<EventSource, 'onopen' | 'onerror' | 'readyState' | 'addEventListener' | 'close'>;

const EVERYTHING: Projected = { pipelines: [], runs: [], deployments: [], more: true };
const REOPEN_MS = 5000;
const CLOSED = 2;

/** The stream of changes from `GET /api/v1/live`, shared by every page behind the sign-in. */
export class Live {
  connection = $state<Connection>('connecting');
  private listeners: ((projected: Projected) => void)[] = [];

  constructor(
    private readonly connect: () => Stream,
    /** Asked when the stream is refused, since the browser does not tell why. */
    private readonly isSignedIn: () => Promise<boolean>,
  ) {}

  /** Opens the stream; the answer closes it. */
  start(): () => void {
    let stream: Stream;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const open = () => {
      stream = this.connect();
      stream.onopen = () => {
        this.connection = 'live';
        // What happened while there was no stream, between a page's load and now too, was not told.
        this.tell(EVERYTHING);
      };
      stream.onerror = () => {
        this.connection = 'reconnecting';
        // The browser reconnects by itself after a broken stream, but gives up after an answer that is none.
        if (stream.readyState === CLOSED) void reopen();
      };
      stream.addEventListener('projected', ({ data }) => this.tell(JSON.parse(String(data)) as Projected));
    };
    const reopen = async () => {
      const signedIn = await this.isSignedIn();
      if (stopped) return;
      if (signedIn) timer = setTimeout(open, REOPEN_MS);
      else this.connection = 'ended';
    };
    open();
    return () => {
      stopped = true;
      clearTimeout(timer);
      stream.close();
    };
  }

  /** Calls back at each change; the answer unsubscribes. */
  subscribe(listener: (projected: Projected) => void): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  private tell(projected: Projected): void {
    for (const listener of this.listeners) listener(projected);
  }
}
