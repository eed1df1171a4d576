import { TooManyRequestsError } from '../../errors.js';

export interface RateWindow {
  limit: number;
  windowMs: number;
}

const UNITS: Record<string, number> = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const WINDOW = /^(\d{1,9}) per (second|minute|hour|day)$/;

/** Reads `200 per day, 50 per hour`: every window must be kept. Throws in words for the person who wrote it. */
export function parseRateLimit(text: string): RateWindow[] {
  const windows = text.split(',').map((part) => {
    const [, limit, unit = ''] = WINDOW.exec(part.trim()) ?? [];
    const windowMs = UNITS[unit];
    if (windowMs === undefined || Number(limit) < 1) throw new Error('is not like `200 per day, 50 per hour`');
    return { limit: Number(limit), windowMs };
  });
  if (new Set(windows.map(({ windowMs }) => windowMs)).size < windows.length) {
    throw new Error('names a unit twice');
  }
  return windows;
}

/** `1m` of 60000, `250ms` of 250. */
export function shortDuration(windowMs: number): string {
  const unit = unitOf(windowMs);
  return unit === undefined ? `${windowMs}ms` : `1${unit.charAt(0)}`;
}

/** @param resetsAt when the window ends, in milliseconds since 1970 */
export function windowUsedUp({ limit, windowMs }: RateWindow, resetsAt: number): TooManyRequestsError {
  const duration = unitOf(windowMs) ?? `${windowMs} ms`;
  return new TooManyRequestsError(`No more than ${limit} per ${duration} are taken.`, secondsUntil(resetsAt) || 1);
}

/** Whole seconds, rounded up, at least 0. */
export const secondsUntil = (time: number) => Math.max(0, Math.ceil((time - Date.now()) / 1000));

const unitOf = (windowMs: number) => Object.keys(UNITS).find((name) => UNITS[name] === windowMs);
