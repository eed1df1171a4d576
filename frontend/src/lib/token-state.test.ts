import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOver, stateOf } from './token-state.ts';

const NOW = Date.UTC(2026, 10, 20);
const DAY_MS = 24 * 3600 * 1000;
const token = (days: number, revoked = false) => ({
  expiresAt: new Date(NOW + days * DAY_MS).toISOString(),
  revokedAt: revoked ? new Date(NOW).toISOString() : null,
});

describe('the state of a token', () => {
  it('is marked in the last two weeks', () => {
    assert.deepEqual(stateOf(token(15), NOW), { label: 'in 15 days' });
    assert.deepEqual(stateOf(token(14), NOW), { label: 'Expires in 14 days', tone: 'ask' });
  });

  it('is over when it has expired or was revoked', () => {
    assert.deepEqual(
      [token(1), token(0), token(1, true)].map((dates) => isOver(dates, NOW)),
      [false, true, true],
    );
    assert.equal(stateOf(token(0), NOW).label, 'Expired');
    assert.equal(stateOf(token(-1, true), NOW).label, 'Revoked');
  });
});
