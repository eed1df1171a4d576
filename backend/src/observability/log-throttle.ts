const WINDOW_MS = 60_000;
const LINES_PER_WINDOW = 10;

interface Window {
  startedAt: number;
  lines: number;
  leftOut: number;
}

/**
 * Lets each topic write ten lines a minute, so that nobody fills the log by sending what is refused. The first line of
 * the next minute says how many were left out. Topics come from the code, so they are few.
 */
export class LogThrottle {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly now: () => Date) {}

  attempt(topic: string, write: (leftOut: { leftOut?: number }) => void): void {
    const now = this.now().getTime();
    const window = this.windows.get(topic);
    if (!window || now - window.startedAt >= WINDOW_MS) {
      this.windows.set(topic, { startedAt: now, lines: 1, leftOut: 0 });
      write(window && window.leftOut > 0 ? { leftOut: window.leftOut } : {});
    } else if (window.lines < LINES_PER_WINDOW) {
      window.lines += 1;
      write({});
    } else {
      window.leftOut += 1;
    }
  }
}
