import { argon2Sync } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { hash, hashRaw } from '@node-rs/argon2';
import fc from 'fast-check';
import { UnavailableError } from '../../errors.js';
import { ARGON2ID, hashPassword, meetsFloor, needsRehash, verifyPassword } from './password.js';

/** https://github.com/P-H-C/phc-winner-argon2, src/test.c: `password`, `somesalt`, t=2, m=2^16, p=1. */
const PHC_VECTOR = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
const costing = (m: number, t: number, p = 1) => PHC_VECTOR.replace('m=65536,t=2,p=1', `m=${m},t=${t},p=${p}`);

describe('the hash of a password', () => {
  it('SEC9 is argon2id as its authors compute it', async () => {
    expect(await hash('password', { ...ARGON2ID, salt: Buffer.from('somesalt') })).toBe(PHC_VECTOR);
    expect(await verifyPassword(PHC_VECTOR, 'password')).toBe(true);
    expect(await verifyPassword(PHC_VECTOR, 'Password')).toBe(false);
  });

  /** RFC 9106, 5.3. */
  const RFC_9106 = {
    ...{ message: Buffer.alloc(32, 1), nonce: Buffer.alloc(16, 2), secret: Buffer.alloc(8, 3) },
    ...{ associatedData: Buffer.alloc(12, 4), passes: 3, memory: 32, parallelism: 4, tagLength: 32 },
  };

  it('SEC9 is what OpenSSL computes, which computes what RFC 9106 says', async () => {
    expect(argon2Sync('argon2id', RFC_9106).toString('hex')).toBe(
      '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659',
    );
    const bytes = fc.uint8Array({ minLength: 8, maxLength: 40 });
    const costs = fc.record({ passes: fc.integer({ min: 1, max: 4 }), parallelism: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, bytes, costs, async (message, nonce, secret, { passes, parallelism }) => {
        const given = { message, nonce, secret, passes, parallelism, memory: 64, tagLength: 32 };
        const options = { algorithm: 2, timeCost: passes, memoryCost: 64, parallelism, outputLen: 32 };
        const tag = await hashRaw(message, { ...options, salt: nonce, secret });
        expect(tag).toEqual(argon2Sync('argon2id', given));
      }),
    );
  });

  it('SEC9 is above the floor, salted anew each time, and needs no rehash', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);

    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
    expect(needsRehash(one)).toBe(false);
    expect(meetsFloor(ARGON2ID)).toBe(true);
  });

  it.each([
    ['64 characters', 'x'.repeat(63), 'y'],
    ['1,000 characters', 'x'.repeat(999), 'y'],
    ['emoji', '\u{1F980}\u{1F41D}', '\u{1F9A5}'],
    ['a NUL', 'before\0', 'after'],
    ['trailing spaces', 'correct horse', '  '],
    ['a trailing line feed', 'correct horse', '\n'],
  ])('SEC9 takes all of a password with %s', async (_, start, end) => {
    const phc = await hashPassword(start + end);

    expect(await verifyPassword(phc, start + end)).toBe(true);
    expect(await verifyPassword(phc, start)).toBe(false);
    expect(await verifyPassword(phc, `${start}${end.toUpperCase()}.`)).toBe(false);
  });

  it('is the same however a keyboard composes a character, and another for another', async () => {
    const phc = await hashPassword('caf\u00e9 au lait \ufb01');

    expect(await verifyPassword(phc, 'cafe\u0301 au lait \ufb01')).toBe(true);
    expect(await verifyPassword(phc, 'caf\u00e9 au lait fi')).toBe(false);
  });

  it('of a lone surrogate matches no other', async () => {
    expect(await verifyPassword(await hashPassword('\ufffd correct'), '\ud800 correct')).toBe(false);
  });
});

describe('the check of a password', () => {
  it('is false, and does not throw, for what is no hash', async () => {
    const odd = fc.oneof(fc.string(), fc.constantFrom('', '$argon2id$', '$2b$10$abc', PHC_VECTOR.slice(0, -1)));
    await fc.assert(
      fc.asyncProperty(odd, async (phc) => {
        expect(await verifyPassword(phc, 'password')).toBe(false);
        expect(needsRehash(phc)).toBe(true);
      }),
    );
  });

  it('is false where there is no hash', async () => {
    expect(await verifyPassword(null, 'password')).toBe(false);
    expect(await verifyPassword(null, '')).toBe(false);
  });
});

it.each([
  ['less memory', costing(47_104, 2)],
  ['one pass', costing(65_536, 1)],
  ['more lanes', costing(65_536, 2, 4)],
  ['more of everything', costing(131_072, 3)],
  ['argon2i', PHC_VECTOR.replace('argon2id', 'argon2i')],
  ['version 16', PHC_VECTOR.replace('v=19', 'v=16')],
])('SEC9 a hash of %s is to be made anew', (_, phc) => {
  expect(needsRehash(phc)).toBe(true);
  expect(needsRehash(PHC_VECTOR)).toBe(false);
});

it.each([
  [47_104, 1, 1, true],
  [47_103, 1, 1, false],
  [19_456, 2, 1, true],
  [19_455, 2, 1, false],
  [12_288, 3, 1, true],
  [12_287, 3, 1, false],
  [12_287, 50, 1, false],
  [65_536, 2, 2, false],
])('SEC9 %i KiB, %i passes, %i lanes meet the floor: %s', (memoryCost, timeCost, parallelism, meets) => {
  expect(meetsFloor({ memoryCost, timeCost, parallelism })).toBe(meets);
});

describe('many passwords at once', () => {
  it('leave threads for everything else', async () => {
    let hashed = 0;
    const hashes = Array.from({ length: 20 }, () => hashPassword('correct horse').then(() => hashed++));

    await stat('.');

    expect(hashed).toBeLessThan(10);
    await Promise.all(hashes);
  });

  it('are refused beyond what can be waited for, and taken again after', async () => {
    const cheap = await hash('password', { algorithm: 2, memoryCost: 8, timeCost: 1, parallelism: 1 });
    const check = () => verifyPassword(cheap, 'password');

    const results = await Promise.allSettled(Array.from({ length: 300 }, check));

    const refused = results.filter((result) => result.status === 'rejected');
    expect(results.filter((result) => result.status === 'fulfilled' && result.value)).toHaveLength(202);
    expect(refused.every(({ reason }) => reason instanceof UnavailableError)).toBe(true);
    expect(await check()).toBe(true);
  });
});
