const LINGER_MS = 2_000;

/** What takes a while to start and serves one check after the other: it is stopped when none has used it for two seconds. */
export class Shared<T extends { stop(): Promise<void> }> {
  private started: Promise<T> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly start: () => Promise<T>) {}

  async use<R>(work: (shared: T) => Promise<R>): Promise<R> {
    clearTimeout(this.timer);
    this.started ??= this.start();
    try {
      return await work(await this.started);
    } finally {
      this.timer = setTimeout(() => this.stop(), LINGER_MS);
    }
  }

  private stop(): void {
    const started = this.started;
    this.started = undefined;
    // What did not start has nothing to stop, and was told of by who used it.
    started?.then((shared) => shared.stop()).catch(() => undefined);
  }
}
