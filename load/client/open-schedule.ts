const TICK_MS = 1;

export interface Schedule<Place> {
  /** Requests per second. */
  rate: number;
  seconds: number;
  /** What a request occupies while it is under way: a connection, a user. */
  places: readonly Place[];
  /** How long answers are waited for once the last request is due. */
  graceMs: number;
  /** Starts the `n`-th request, from 0. @param due when it should have started, by `performance.now()` */
  start(place: Place, due: number, n: number): void;
}

/**
 * Requests start on a schedule, whatever the answers do. One that finds no place free waits for one, and its latency is to
 * count from when it was due: a server that stalls is charged for each request that would have come meanwhile. Started in
 * ticks of a millisecond, which is part of the figure.
 */
export class OpenSchedule<Place> {
  readonly total: number;
  private started = 0;
  private finished = 0;
  private over = false;
  /** When each of those is due that wait for a place; the first that still waits is at `firstWaiting`. */
  private readonly waiting: number[] = [];
  private firstWaiting = 0;
  private readonly free: Place[];

  constructor(private readonly schedule: Schedule<Place>) {
    this.total = Math.floor(schedule.rate * schedule.seconds);
    this.free = [...schedule.places];
  }

  get unfinished(): number {
    return this.total - this.finished;
  }

  /** To be called once for each request, when it was answered or failed. After the grace it changes nothing. */
  finish(place: Place): void {
    if (this.over) return;
    this.finished++;
    if (this.firstWaiting < this.waiting.length) this.start(place, this.waiting[this.firstWaiting++] as number);
    else this.free.push(place);
  }

  /** Resolves when every request was finished, or the grace is over. */
  run(): Promise<void> {
    const { rate, seconds, graceMs } = this.schedule;
    const begin = performance.now();
    const deadline = begin + seconds * 1000 + graceMs;
    let scheduled = 0;
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const now = performance.now();
        for (; scheduled < this.total && begin + (scheduled / rate) * 1000 <= now; scheduled++) {
          const due = begin + (scheduled / rate) * 1000;
          const place = this.firstWaiting < this.waiting.length ? undefined : this.free.pop();
          if (place === undefined) this.waiting.push(due);
          else this.start(place, due);
        }
        if (this.unfinished > 0 && now < deadline) return;
        clearInterval(timer);
        this.over = true;
        resolve();
      }, TICK_MS);
    });
  }

  private start(place: Place, due: number): void {
    this.schedule.start(place, due, this.started++);
  }
}
