/** What changed: ids of rows, or `more` when they are too many to name and everything on show may be stale. */
export interface Projected {
  pipelines: string[];
  runs: string[];
  deployments: string[];
  more: boolean;
}

export type Connection = 'connecting' | 'live' | 'reconnecting';

const EVERYTHING: Projected = { pipelines: [], runs: [], deployments: [], more: true };
const REOPEN_MS = 5000;

/** The stream of changes from `GET /api/v1/live`, shared by every page. */
export class Live {
  connection = $state<Connection>('connecting');
  private listeners: ((projected: Projected) => void)[] = [];

  /** Opens the stream; the answer closes it. */
  start(): () => void {
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource('/api/v1/live');
      source.onopen = () => {
        this.connection = 'live';
        // What happened while there was no stream, between a page's load and now too, was not told.
        this.tell(EVERYTHING);
      };
      source.onerror = () => {
        this.connection = 'reconnecting';
        // The browser reconnects by itself after a broken stream, but gives up after an answer that is none.
        if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, REOPEN_MS);
      };
      source.addEventListener('projected', ({ data }) => this.tell(JSON.parse(String(data)) as Projected));
    };
    open();
    return () => {
      clearTimeout(timer);
      source.close();
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
