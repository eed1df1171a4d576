import { describe, expect, it } from '@jest/globals';
import { firstLine } from './text.js';

describe('firstLine', () => {
  it.each([
    ['one\ntwo', 'one'],
    ['one\r\ntwo', 'one'],
    ['one\rtwo', 'one'],
    ['one', 'one'],
    ['', ''],
    ['\nafter a blank line', ''],
  ])('of %j is %j', (message, expected) => {
    expect(firstLine(message)).toBe(expected);
  });
});
