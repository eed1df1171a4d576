const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds from one instant to another, never negative: the clocks of a browser and of a provider differ. */
export function secondsBetween(from: string | number, to: string | number): number {
  const [start, end] = [new Date(from).getTime(), new Date(to).getTime()];
  return Math.max(0, (end - start) / 1000);
}

/** `8s`, `3m 07s`, `1h 04m`, `2d 3h`: two units at most. */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return '<1s';
  const whole = Math.floor(seconds);
  if (whole < MINUTE) return `${whole}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m ${twoDigits(whole % MINUTE)}s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)}h ${twoDigits(Math.floor((whole % HOUR) / MINUTE))}m`;
  return `${Math.floor(whole / DAY)}d ${Math.floor((whole % DAY) / HOUR)}h`;
}

/** `just now`, `40s ago`, `12 min ago`, `5 h ago`, `3 days ago`. */
export function formatAgo(seconds: number): string {
  if (seconds < 5) return 'just now';
  if (seconds < MINUTE) return `${Math.floor(seconds)}s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  const days = Math.floor(seconds / DAY);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

/** The time that is left: `in 40s`, `in 12 min`, `in 5 h`, `in 3 days`; `now` when none is. */
export function formatUntil(seconds: number): string {
  if (seconds <= 0) return 'now';
  if (seconds < MINUTE) return `in ${Math.ceil(seconds)}s`;
  if (seconds < HOUR) return `in ${Math.round(seconds / MINUTE)} min`;
  if (seconds < DAY) return `in ${Math.round(seconds / HOUR)} h`;
  const days = Math.round(seconds / DAY);
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

/** The instant in the reader's own time zone and language, to the second. */
export const formatInstant = (instant: string): string =>
  new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

const TICK_STEPS = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
];

/** Round offsets in seconds, from 0 up to `total`, at most `most` of them. */
export function ticks(total: number, most: number): number[] {
  const step = TICK_STEPS.find((candidate) => total / candidate < most) ?? Math.ceil(total / DAY / (most - 1)) * DAY;
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
}

/** A tick's label: `0`, `30s`, `5m`, `1h 30m`. */
export function formatTick(seconds: number): string {
  if (seconds === 0) return '0';
  const units: [number, string][] = [
    [Math.floor(seconds / DAY), 'd'],
    [Math.floor((seconds % DAY) / HOUR), 'h'],
    [Math.floor((seconds % HOUR) / MINUTE), 'm'],
    [Math.floor(seconds % MINUTE), 's'],
  ];
  return units
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');
