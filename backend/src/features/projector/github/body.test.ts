import { describe, expect, it } from '@jest/globals';
import { UnreadableEventError } from '../translator.js';
import { payloadOf } from './body.js';

const parseJson = (bytes: Buffer): unknown => JSON.parse(bytes.toString());
const json = (body: string | Buffer, contentType = 'application/json') =>
  payloadOf({ headers: { 'content-type': contentType }, body: Buffer.from(body) }, parseJson);
const form = (body: string | Buffer, contentType = 'application/x-www-form-urlencoded') => json(body, contentType);

it('reads JSON, whatever else the header says', () => {
  expect(json('{"a":1}')).toEqual({ a: 1 });
  expect(json('{"a":1}', 'application/json; charset=utf-8')).toEqual({ a: 1 });
  expect(payloadOf({ headers: {}, body: Buffer.from('{"a":1}') }, parseJson)).toEqual({ a: 1 });
});

it('reads a form as the platform writes it', () => {
  const payload = { text: 'a + b & c = 100 %, é 😀 "\\' };

  expect(form(new URLSearchParams({ payload: JSON.stringify(payload) }).toString())).toEqual(payload);
  expect(form(`payload=${encodeURIComponent(JSON.stringify(payload))}`)).toEqual(payload);
});

it.each(['application/x-www-form-urlencoded; charset=utf-8', 'Application/X-WWW-Form-Urlencoded'])(
  'knows a form by %s',
  (contentType) => {
    expect(form('payload=%7b%7D', contentType)).toEqual({});
  },
);

it('finds the payload among other fields, the first where there are two', () => {
  expect(form('payloads=1&x=2&payload=3&payload=4&y')).toBe(3);
  expect(form('payload="a=b"')).toBe('a=b');
});

it('takes a percent sign that introduces no byte for itself', () => {
  expect(form('payload="%zz%4%"')).toBe('%zz%4%');
});

describe('refuses', () => {
  it.each([
    ['bytes that are not UTF-8', () => json(Buffer.from([0x22, 0xff, 0x22])), 'payload: not UTF-8'],
    ['an encoded surrogate', () => form('payload="%ED%A0%80"'), 'payload: not UTF-8'],
    ['a form without a payload', () => form('a=1&b=2'), 'payload: expected a form field'],
    ['an empty form', () => form(''), 'payload: expected a form field'],
    ['no body', () => json(''), 'Unexpected end of JSON input'],
  ])('%s', (_name, read, reason) => {
    expect(read).toThrow(UnreadableEventError);
    expect(read).toThrow(reason);
  });

  it('with a reason that can be stored', () => {
    const parse = () => {
      throw new Error(`bad \0 \uD800 ${'x'.repeat(1000)}`);
    };

    expect(() => payloadOf({ headers: {}, body: Buffer.from('{}') }, parse)).toThrow(
      expect.objectContaining({ name: 'UnreadableEventError', message: `bad  \uFFFD ${'x'.repeat(493)}` }),
    );
  });
});
