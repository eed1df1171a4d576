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
