import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameUuid } from './name-uuid.js';

const names = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 4 });

it('is a UUID of version 8 and of the variant of RFC 9562', () => {
  fc.assert(
    fc.property(names, (list) => {
      expect(nameUuid(...list)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
});

it('is the same for the same names, and another for others', () => {
  fc.assert(
    fc.property(names, names, (one, other) => {
      expect(nameUuid(...one) === nameUuid(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

it.each([
  [
    ['ab', 'c'],
    ['a', 'bc'],
  ],
  [['a', ''], ['a']],
  [['a,b'], ['a', 'b']],
  [['a","b'], ['a', 'b']],
  [['a\\'], ['a\\\\']],
  [['\ud800'], ['\ufffd']],
  [['é'], ['e\u0301']],
])('tells %j and %j apart', (one, other) => {
  expect(nameUuid(...one)).not.toBe(nameUuid(...other));
});

it('stays what it was: ids in the database are made of it', () => {
  expect(nameUuid('source', 'run', '42')).toBe('0b5d8d4a-92f1-8e1b-bfe2-621721b681a1');
});
