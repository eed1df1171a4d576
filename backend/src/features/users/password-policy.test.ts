import { describe, expect, it } from '@jest/globals';
import { dictionary } from '@zxcvbn-ts/language-common';
import fc from 'fast-check';
import { passwordFault } from './password-policy.js';

const COMMON = dictionary['passwords-common'];

describe('SEC38 a password', () => {
  it('that is among the 3,000 most common is refused, however it is written', () => {
    const accepted = COMMON.slice(0, 3_000).filter(
      (common) => !passwordFault(common) || !passwordFault(common.toUpperCase()),
    );

    expect(accepted).toEqual([]);
  });

  it('that is common is refused for that, down the whole list', () => {
    const long = COMMON.filter((common) => common.length >= 8);

    expect(long.length).toBeGreaterThan(17_000);
    expect(long.filter((common) => passwordFault(` ${common}`) !== 'is one of the most common passwords')).toEqual([]);
  });

  it('is measured in characters, not in UTF-16 units or bytes', () => {
    expect(passwordFault('\u{1F980}'.repeat(7))).toBe('is shorter than 8 characters');
    expect(passwordFault('\u{1F980}'.repeat(8))).toBeUndefined();
    expect(passwordFault('\u{1F980}'.repeat(1_000))).toBeUndefined();
    expect(passwordFault('\u{1F980}'.repeat(1_001))).toBe('is longer than 1000 characters');
  });

  it('may be made of anything: what is random is accepted, of whichever characters', () => {
    const one = (unit: fc.StringConstraints['unit']) =>
      fc.string({ minLength: 20, maxLength: 80, ...(unit && { unit }) });
    const digits = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 30, maxLength: 64 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(one('grapheme'), one('grapheme-ascii'), one('binary'), digits), (password) => {
        expect(passwordFault(password)).toBeUndefined();
      }),
    );
  });

  it.each(['a\0bcdefgh', 'trailing spaces  ', 'only lower case letters', '        x', '8204719365'])(
    'has no rule of what it is composed of: %j',
    (password) => {
      expect(passwordFault(password)).toBeUndefined();
    },
  );

  it('with half a character is refused', () => {
    expect(passwordFault('\ud800 correct horse')).toBe('has a character that is not Unicode');
  });

  it.each([
    'pitwall1',
    'Pitwall-2026!',
    'PITWALLpitwall',
    'grace.hopper@example.com',
    'gracehopper',
    'Hopper, Grace',
    'Grace Brewster Hopper 1',
    'g-r-a-c-e-h-o-p-p-e-r',
  ])('that is little more than a name at hand is refused: %s', (password) => {
    const grace = { email: 'grace.hopper@example.com', name: 'Grace Brewster Hopper' };

    expect(passwordFault(password, grace)).toBe('is little more than your name, your e-mail address or pitwall');
  });

  it('may have a name in it, and short names count for nothing', () => {
    expect(passwordFault('pitwall correct horse')).toBeUndefined();
    expect(passwordFault('bobobobobo', { name: 'Bo', email: 'bo@example.com' })).toBeUndefined();
  });
});
