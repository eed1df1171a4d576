import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanText } from './storable-text.js';

describe('cleanText', () => {
  it('drops NUL, which PostgreSQL refuses', () => {
    expect(cleanText('a\0b\0', 10)).toBe('ab');
  });

  it('puts the replacement character for a lone surrogate and keeps a pair', () => {
    expect(cleanText('\uD83D-\uDE00-😀', 10)).toBe('\uFFFD-\uFFFD-😀');
  });

  it('counts what is left after NUL is gone', () => {
    expect(cleanText('\0\0abc', 3)).toBe('abc');
  });

  it('cuts before a pair that does not fit', () => {
    expect(cleanText('ab😀', 3)).toBe('ab');
    expect(cleanText('ab😀', 4)).toBe('ab😀');
  });

  it('is storable, short enough and stable for any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (value, maxLength) => {
        const cleaned = cleanText(value, maxLength);
        expect(cleaned).not.toContain('\0');
        expect(cleaned.isWellFormed()).toBe(true);
        expect(cleaned.length).toBeLessThanOrEqual(maxLength);
        expect(cleanText(cleaned, maxLength)).toBe(cleaned);
      }),
    );
  });
});
