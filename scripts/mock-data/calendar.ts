import type { Random } from './random.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const TUESDAY = 2;
const FRIDAY = 5;
const WEEKEND = new Map([
  [6, 0.1],
  [0, 0.07],
]);

/** How busy each hour of a working day is (UTC), against the busiest; with a dip at lunch. */
const HOURS = [
  0.03, 0.02, 0.02, 0.02, 0.03, 0.06, 0.16, 0.42, 0.75, 0.95, 1, 0.9, 0.5, 0.7, 0.95, 1, 0.9, 0.66, 0.42, 0.28, 0.2,
  0.14, 0.09, 0.05,
];

export interface Span {
  from: number;
  until: number;
}

export const isIn = (span: Span, at: number) => at >= span.from && at < span.until;

/** When people work. Times are milliseconds since 1970. */
export class Calendar {
  /** Summed activity up to the end of each hour, to find a time by. */
  private readonly upTo: number[] = [];
  private readonly summed: number = 0;

  constructor(readonly span: Span) {
    for (let hour = span.from; hour < span.until; hour += HOUR_MS) {
      this.summed += activity(hour);
      this.upTo.push(this.summed);
    }
  }

  /** A time somebody may have pushed at. */
  workTime(random: Random): number {
    const wanted = random.between(0, this.summed);
    let [low, high] = [0, this.upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.upTo[middle] as number) <= wanted) low = middle + 1;
      else high = middle;
    }
    const hour = this.span.from + low * HOUR_MS;
    return random.between(hour, Math.min(hour + HOUR_MS, this.span.until));
  }

  /** The days from 00:00 UTC that the span touches. */
  *days(): Generator<number> {
    for (let day = midnight(this.span.from); day < this.span.until; day += DAY_MS) yield day;
  }

  /** Some hours of a Tuesday, a good month before the end, in which no runner took anything. */
  get outage(): Span {
    let day = midnight(this.span.until) - 31 * DAY_MS;
    while (weekday(day) !== TUESDAY) day -= DAY_MS;
    return { from: day + 9.6 * HOUR_MS, until: day + 13.1 * HOUR_MS };
  }

  /** From 0 at the start to 1 at the end. */
  progress(at: number): number {
    return (at - this.span.from) / (this.span.until - this.span.from);
  }
}

/** From 0 to 1, how busy people are in the hour of a time. */
export function activity(at: number): number {
  const hour = new Date(at).getUTCHours();
  const ofHour = HOURS[hour] as number;
  const day = weekday(at);
  return ofHour * (WEEKEND.get(day) ?? (day === FRIDAY && hour >= 14 ? 0.6 : 1));
}

export const isWorkday = (at: number) => !WEEKEND.has(weekday(at));

/** From 0 for Sunday. */
export const weekday = (at: number) => new Date(at).getUTCDay();

const midnight = (at: number) => Math.floor(at / DAY_MS) * DAY_MS;
