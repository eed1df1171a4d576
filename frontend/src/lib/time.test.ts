import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatAgo, formatDuration, formatTick, formatUntil, secondsBetween, ticks } from './time.ts';

it('writes a duration in two units at most', () => {
  const written = [0, 0.4, 8, 187, 3840, 183_600].map(formatDuration);

  assert.deepEqual(written, ['0s', '<1s', '8s', '3m 07s', '1h 04m', '2d 3h']);
});

it('says how long ago in the largest whole unit', () => {
  const said = [0, 40, 719, 18_000, 86_400, 300_000].map(formatAgo);

  assert.deepEqual(said, ['just now', '40s ago', '11 min ago', '5 h ago', '1 day ago', '3 days ago']);
});

it('says about how much time is left', () => {
  const said = [0, 0.4, 40, 719, 18_000, 86_400, 300_000].map(formatUntil);

  assert.deepEqual(said, ['now', 'in 1s', 'in 40s', 'in 12 min', 'in 5 h', 'in 1 day', 'in 3 days']);
});

it('does not let a fast clock make a negative span', () => {
  assert.equal(secondsBetween('2026-11-20T12:00:05Z', '2026-11-20T12:00:00Z'), 0);
});

it('keeps ticks round and few for any length', () => {
  for (const total of [1, 7, 59, 61, 650, 5000, 90_000, 40 * 86_400]) {
    const placed = ticks(total, 7);

    assert.equal(placed[0], 0);
    assert.ok(placed.length >= 2 && placed.length <= 7, `${total} s gives ${placed.length} ticks`);
    assert.ok(placed.every((at) => at <= total));
  }
  assert.deepEqual(ticks(650, 7), [0, 120, 240, 360, 480, 600]);
});

it('labels ticks without their empty units', () => {
  assert.deepEqual([0, 30, 120, 5400, 86_400].map(formatTick), ['0', '30s', '2m', '1h 30m', '1d']);
});
