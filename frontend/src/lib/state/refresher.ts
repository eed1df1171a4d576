/** When the page may ask: what `document` answers, or a literal in a test. */
export interface Visibility {
  isHidden(): boolean;
  /** Calls back once, when the page is looked at again. */
  onceVisible(callback: () => void): void;
}

/**
 * Turns any number of requests into few calls of `refresh`: one at a time, `intervalMs` apart at least, none while the
 * page is hidden. The last request is never lost. A failed call is repeated after `retryMs`, until one succeeds.
 */
export class Refresher {
  private state: 'idle' | 'busy' | 'stopped' = 'idle';
  private wanted = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly refresh: () => Promise<void>,
    private readonly visibility: Visibility,
    private readonly intervalMs = 500,
    private readonly retryMs = 5000,
  ) {}

  request(): void {
    this.wanted = true;
    if (this.state === 'idle') void this.run();
  }

  stop(): void {
    this.state = 'stopped';
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.state = 'busy';
    if (this.visibility.isHidden()) {
      this.visibility.onceVisible(() => this.next());
      return;
    }
    this.wanted = false;
    let pauseMs = this.intervalMs;
    try {
      await this.refresh();
    } catch {
      // Whoever gave `refresh` shows its failure; here it only means that the answer is still wanted.
      this.wanted = true;
      pauseMs = this.retryMs;
    }
    if (!this.isStopped()) this.timer = setTimeout(() => this.next(), pauseMs);
  }

  private next(): void {
    if (this.isStopped()) return;
    this.state = 'idle';
    if (this.wanted) void this.run();
  }

  private isStopped(): boolean {
    return this.state === 'stopped';
  }
}

export const documentVisibility: Visibility = {
  isHidden: () => document.hidden,
  onceVisible: (callback) => document.addEventListener('visibilitychange', callback, { once: true }),
};
