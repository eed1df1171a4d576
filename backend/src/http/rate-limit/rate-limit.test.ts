import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRateLimit, secondsUntil, shortDuration, windowUsedUp } from './rate-limit.js';

describe('a rate limit in the settings', () => {
  it('is one window or several', () => {
    expect(parseRateLimit('1200 per minute')).toEqual([{ limit: 1200, windowMs: 60_000 }]);
    expect(parseRateLimit(' 200 per day,50 per hour , 5 per second')).toEqual([
      { limit: 200, windowMs: 86_400_000 },
      { limit: 50, windowMs: 3_600_000 },
      { limit: 5, windowMs: 1_000 },
    ]);
  });

  it.each(['', '10', 'per minute', '0 per minute', '-1 per minute', '1.5 per minute', '10 per week', '10 per minutes'])(
    'is not `%s`',
    (text) => expect(() => parseRateLimit(text)).toThrow('is not like `200 per day, 50 per hour`'),
  );

  it.each(['1 per minute,', '1 per minute; 2 per hour', '9999999999 per day', '1e3 per minute', '1 PER minute'])(
    'nor `%s`',
    (text) => expect(() => parseRateLimit(text)).toThrow('is not like'),
  );

  it('names each unit once', () => {
    expect(() => parseRateLimit('10 per minute, 20 per minute')).toThrow('names a unit twice');
  });

  it('is read as it was written, or refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const windows = parseRateLimit(text);
          expect(windows.every(({ limit, windowMs }) => limit >= 1 && windowMs >= 1_000)).toBe(true);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(is not like|names a unit twice)/);
        }
      }),
    );
  });
});

it('names a window in short', () => {
  expect([1_000, 60_000, 3_600_000, 86_400_000, 250].map(shortDuration)).toEqual(['1s', '1m', '1h', '1d', '250ms']);
});

it('says what was used up and when to come back', () => {
  const error = windowUsedUp({ limit: 10, windowMs: 60_000 }, Date.now() - 5);

  expect(error).toMatchObject({ message: 'No more than 10 per minute are taken.', retryAfterSeconds: 1 });
  expect(secondsUntil(Date.now() - 5)).toBe(0);
});
