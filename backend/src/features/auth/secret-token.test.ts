import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainFields } from '../../observability/log-fields.js';
import { secretHash } from '../../database/secret-hash.js';
import { isSecretToken, newSecretToken } from './secret-token.js';

const CHARACTERS = 62;

it('SEC37 a token has a prefix, 40 random characters and six to check them by', () => {
  for (const prefix of ['pw_', 'pwr_'] as const) {
    const token = newSecretToken(prefix);
    expect(token).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{46}$`));
    expect(isSecretToken(prefix, token)).toBe(true);
  }
  expect(40 * Math.log2(CHARACTERS)).toBeGreaterThan(128);
});

it('SEC37 tokens are random in each of their characters', () => {
  const tokens = Array.from({ length: 2_000 }, () => newSecretToken('pw_').slice(3, 43));
  expect(new Set(tokens).size).toBe(tokens.length);
  for (let at = 0; at < 40; at++) {
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token.charAt(at), (counts.get(token.charAt(at)) ?? 0) + 1);
    // 32 of each are to be expected; that one comes 90 times happens by chance less than once in 10^15.
    expect(counts.size).toBe(CHARACTERS);
    expect(Math.max(...counts.values())).toBeLessThan(90);
  }
});

it('SEC37 the check is a CRC-32, and what is kept a SHA-256', () => {
  // By zlib.crc32 of Python: 4260524189.
  expect(isSecretToken('pw_', `pw_${'0'.repeat(40)}4eKiy5`)).toBe(true);
  // FIPS 180-2, B.1.
  expect(Buffer.from(secretHash('abc')).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

it('SEC37 a token in which something is changed is no token', () => {
  const token = newSecretToken('pw_');
  const change = fc.record({
    at: fc.integer({ min: 0, max: token.length - 1 }),
    by: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. '),
  });
  fc.assert(
    fc.property(change, ({ at, by }) => {
      fc.pre(token[at] !== by);
      expect(isSecretToken('pw_', token.slice(0, at) + by + token.slice(at + 1))).toBe(false);
    }),
    { numRuns: 1_000 },
  );
  for (const other of [token.slice(0, -1), `${token}0`, token.replace('pw_', 'pwr_'), '', 'pw_']) {
    expect(isSecretToken('pw_', other)).toBe(false);
  }
  expect(isSecretToken('pwr_', token)).toBe(false);
});

it('whatever is given is a token or not, and nothing else', () => {
  fc.assert(fc.property(fc.string(), (text) => !isSecretToken('pw_', text)));
  fc.assert(fc.property(fc.string({ minLength: 46, maxLength: 46 }), (text) => !isSecretToken('pw_', `pw_${text}`)));
});

it('SEC16 a token is taken out of what is logged, wherever it stands in a text', () => {
  for (const prefix of ['pw_', 'pwr_'] as const) {
    const token = newSecretToken(prefix);
    const logged = plainFields(() => ({ note: `sent ${token}, and`, error: new Error(`No ${token} here.`) }));
    expect(JSON.stringify(logged)).not.toContain(token);
    expect(logged.note).toBe('sent [redacted], and');
  }
});
