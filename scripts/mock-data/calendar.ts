import type { Random } from './random.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** 00:00 UTC of a Monday: weeks are counted from here. */
const FIRST_MONDAY = Date.UTC(2024, 0, 1);
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

/** On a Tuesday of every twelfth week no runner takes anything for some hours. */
const OUTAGE = { everyWeeks: 12, inWeek: 2, from: DAY_MS + 9.6 * HOUR_MS, until: DAY_MS + 13.1 * HOUR_MS };
/** What gets slower or faster does so for half a year, and then goes back. */
const DRIFT_WEEKS = 26;

/** Times are milliseconds since 1970. */
export interface Span {
  from: number;
  until: number;
}

export const weekOf = (at: number) => Math.floor((at - FIRST_MONDAY) / WEEK_MS);

/** When people work in one week. */
export class Calendar {
  readonly span: Span;
  /** Summed activity up to the end of each hour, to find a time by. */
  private readonly upTo: number[] = [];

  /** @param week as `weekOf` counts them */
  constructor(readonly week: number) {
    const from = FIRST_MONDAY + week * WEEK_MS;
    this.span = { from, until: from + WEEK_MS };
    let summed = 0;
    for (let hour = from; hour < this.span.until; hour += HOUR_MS) this.upTo.push((summed += activity(hour)));
  }

  /** A time at which somebody may have pushed. */
  workTime(random: Random): number {
    const wanted = random.between(0, this.upTo.at(-1) ?? 0);
    const hour = this.upTo.findIndex((summed) => summed > wanted);
    return this.span.from + (hour + random.between(0, 1)) * HOUR_MS;
  }

  /** 00:00 UTC of each day. */
  *days(): Generator<number> {
    for (let day = this.span.from; day < this.span.until; day += DAY_MS) yield day;
  }

  get outage(): Span | undefined {
    if (!isTurn(this.week, OUTAGE)) return undefined;
    return { from: this.span.from + OUTAGE.from, until: this.span.from + OUTAGE.until };
  }

  /** How far a drift has come, from 0 to 1. */
  get drifted(): number {
    return 1 - Math.abs(((this.week / DRIFT_WEEKS) % 2) - 1);
  }
}

/** Something that comes back every so many weeks. */
export interface Recurrence {
  everyWeeks: number;
  /** In which of them. */
  inWeek: number;
}

export const isTurn = (week: number, { everyWeeks, inWeek }: Recurrence) => week % everyWeeks === inWeek;

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
