import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { elementsOf, JsonError, MAX_JSON_DEPTH, parseJson } from './json.js';

const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));

describe('parseJson', () => {
  it('reads whatever JSON.stringify writes, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads 64 levels and refuses 65, and 100,000', () => {
    expect(() => parseJson(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).toThrow('is nested deeper than 64 levels');
    expect(() => parseJson(nested(100_000))).toThrow('is nested deeper than 64 levels');
  });

  it.each([
    ['in a string', `["${'['.repeat(100)}"]`],
    ['after an escaped quote', `["\\"${'['.repeat(100)}"]`],
    ['after an escaped backslash', `["\\\\",["${'{'.repeat(100)}"]]`],
  ])('does not count brackets %s', (_where, text) => {
    expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  it('counts brackets after a string that ends in an escaped backslash', () => {
    expect(() => parseJson(Buffer.from(`["\\\\",${nested(64)}]`))).toThrow('is nested deeper');
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['white space', ' \n\t', 'is empty'],
    ['half of it', '{"a":', 'is not valid JSON'],
    ['a comma too many', '{"a":1,}', 'is not valid JSON at position 7'],
    ['NaN', 'NaN', 'is not valid JSON'],
    ['an open string', '"secret', 'is not valid JSON'],
  ])('refuses %s, and quotes nothing of it', (_what, text, reason) => {
    const error = thrownBy(() => parseJson(Buffer.from(text)));

    expect(error).toBeInstanceOf(JsonError);
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xf0, 0x9f, 0x98]],
    ['UTF-16', [0xff, 0xfe, 0x5b, 0x00, 0x5d, 0x00]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => parseJson(Buffer.from(bytes))).toThrow('is not UTF-8 text');
  });
});

describe('elementsOf', () => {
  const texts = (bytes: string, depth: 1 | 2) => elementsOf(Buffer.from(bytes), depth).map(String);
  const values = fc.array(fc.json({ maxDepth: 4 }), { minLength: 1, maxLength: 6 });

  it('cuts a list into exactly the texts that it was made of', () => {
    fc.assert(fc.property(values, (list) => expect(texts(`[${list.join(',')}]`, 1)).toEqual(list)));
  });

  it('cuts the list in an object, and keeps white space', () => {
    fc.assert(
      fc.property(values, (list) => {
        const spaced = list.map((text) => ` \n${text}\t`);
        expect(texts(`{ "records" : [${spaced.join(',')}] }`, 2)).toEqual(spaced);
      }),
    );
  });

  it('goes by the last list where there are several, as JSON.parse does', () => {
    expect(texts('{"records":[1,2,3],"records":{"a":[4]},"records":[5]}', 2)).toEqual(['5']);
  });
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}
