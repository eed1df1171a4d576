import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ForbiddenError } from '../errors.js';
import { Origins } from './origins.js';

const PUBLIC = 'https://ci.example.com';
const settings = { publicUrl: PUBLIC, corsOrigins: ['https://dash.example.com'], onLoopback: false, port: 8000 };
const origins = new Origins(settings);
const local = new Origins({ ...settings, publicUrl: 'http://localhost:8000', onLoopback: true });

const JSON_BODY = { 'content-type': 'application/json; charset=utf-8', 'content-length': '2' };
const check = (headers: IncomingHttpHeaders, method = 'POST', among = origins) => {
  try {
    among.checkSameOrigin({ method, headers });
    return 'passes';
  } catch (error) {
    if (error instanceof ForbiddenError) return error.message;
    throw error;
  }
};

describe('SEC12 a request with a session that changes something', () => {
  it.each<[string, IncomingHttpHeaders]>([
    ['says that its page has the same origin', { 'sec-fetch-site': 'same-origin' }],
    ['has the origin of Pitwall', { origin: PUBLIC }],
    ['has both, and JSON', { 'sec-fetch-site': 'same-origin', origin: PUBLIC, ...JSON_BODY }],
    ['was typed in, and has the origin of Pitwall', { 'sec-fetch-site': 'none', origin: PUBLIC }],
    [
      'has JSON of unknown length',
      { origin: PUBLIC, 'content-type': 'Application/JSON', 'transfer-encoding': 'chunked' },
    ],
    ['has a type without a body', { origin: PUBLIC, 'content-type': 'text/plain', 'content-length': '0' }],
  ])('passes where it %s', (_what, headers) => {
    expect(check(headers)).toBe('passes');
  });

  it.each<[string, IncomingHttpHeaders, RegExp]>([
    ['says nothing of its page', {}, /an Origin is needed/],
    ['says nothing of its page but that it was typed in', { 'sec-fetch-site': 'none' }, /an Origin is needed/],
    ['names only a Referer', { referer: `${PUBLIC}/users` }, /an Origin is needed/],
    ['comes from another site', { 'sec-fetch-site': 'cross-site' }, /another site/],
    ['comes from another site, with our origin', { 'sec-fetch-site': 'cross-site', origin: PUBLIC }, /another site/],
    ['comes from a sibling', { 'sec-fetch-site': 'same-site', origin: 'https://www.example.com' }, /another site/],
    ['has a site that there is not', { 'sec-fetch-site': 'Same-Origin', origin: PUBLIC }, /another site/],
    ['has no origin: a sandboxed frame, a redirect', { origin: 'null' }, /another origin/],
    ['has an empty origin', { origin: '', 'sec-fetch-site': 'same-origin' }, /another origin/],
    ['has a foreign origin', { origin: 'https://evil.example' }, /another origin/],
    [
      'has a foreign origin beside the right site',
      { origin: 'null', 'sec-fetch-site': 'same-origin' },
      /another origin/,
    ],
    ['has the right name without TLS', { origin: 'http://ci.example.com' }, /another origin/],
    ['has another port', { origin: `${PUBLIC}:8443` }, /another origin/],
    ['has our origin as a prefix', { origin: `${PUBLIC}.evil.example` }, /another origin/],
    ['has our origin as a suffix', { origin: 'https://evilci.example.com' }, /another origin/],
    ['has two origins', { origin: `${PUBLIC}, https://evil.example` }, /another origin/],
    ['has the origin of a page that may only read', { origin: 'https://dash.example.com' }, /another origin/],
    ['comes from this machine, which is not meant', { origin: 'http://localhost:8000' }, /another origin/],
    ['has a text', { origin: PUBLIC, 'content-type': 'text/plain', 'content-length': '2' }, /application\/json alone/],
    [
      'has a form',
      { origin: PUBLIC, 'content-type': 'application/x-www-form-urlencoded', 'content-length': '2' },
      /json/,
    ],
    ['has files', { origin: PUBLIC, 'content-type': 'multipart/form-data', 'transfer-encoding': 'chunked' }, /json/],
    ['has a body of no type', { origin: PUBLIC, 'content-length': '2' }, /json/],
    ['has a body of odd length', { origin: PUBLIC, 'content-type': 'text/plain', 'content-length': 'x' }, /json/],
  ])('is refused where it %s', (_what, headers, why) => {
    expect(check(headers)).toMatch(why);
  });

  it('is refused for whatever origin is not exactly ours', () => {
    const near = fc
      .tuple(fc.string(), fc.constantFrom(PUBLIC, 'ci.example.com'), fc.string())
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), near, fc.string()), (origin) => {
        fc.pre(origin !== PUBLIC);
        expect(check({ origin, 'sec-fetch-site': 'same-origin' })).toMatch(/another origin/);
      }),
    );
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPPATCH', ''])('is one by %j', (method) => {
    expect(check({}, method)).toMatch(/an Origin is needed/);
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('is not one by %s', (method) => {
    expect(check({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, method)).toBe('passes');
  });

  it('may come from each name of this machine, where only this machine connects', () => {
    for (const origin of ['http://localhost:8000', 'http://127.0.0.1:8000', 'http://[::1]:8000']) {
      expect(check({ origin }, 'POST', local)).toBe('passes');
    }
    for (const origin of [
      'http://localhost',
      'http://localhost:8001',
      'https://localhost:8000',
      'http://127.0.0.2:8000',
    ]) {
      expect(check({ origin }, 'POST', local)).toMatch(/another origin/);
    }
  });
});
