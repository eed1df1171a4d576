import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { claimsOf, forge, otherSpellings, withHmac, wronglySigned } from '../../../test/json-web-tokens.js';
import { UnauthenticatedError } from '../../errors.js';
import { accessTokenKey, AccessTokens } from './access-token.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const seconds = NOW.getTime() / 1000;
const key = accessTokenKey(randomBytes(32));
const clock = { now: NOW };
const tokens = new AccessTokens(key, {
  ...{ issuer: 'https://ci.example.com', lifetimeSeconds: 600, now: () => clock.now },
});
const user = { userId: randomUUID(), sessionId: randomUUID() };
const token = await tokens.issue(user);

const refused = (text: string) => expect(tokens.verify(text)).rejects.toThrow(UnauthenticatedError);

it('SEC7 names whose it is, in what session, and of what kind it is', async () => {
  expect(await tokens.verify(token)).toMatchObject({ sub: user.userId, sid: user.sessionId });
  expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toEqual({
    ...{ alg: 'HS256', typ: 'at+jwt' },
  });
  const other = await tokens.issue(user);
  expect(claimsOf(other).jti).not.toBe(claimsOf(token).jti);
});

describe('SEC6 a token that is wrongly signed is refused:', () => {
  it.each(wronglySigned(token, key))('%s', async (_what, wrong) => refused(wrong));

  it('the rest of what is changed here is right', async () => {
    await expect(tokens.verify(forge(token, key, {}))).resolves.toBeDefined();
  });

  it('each of its bits counts', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await refused(`${header}.${payload}.${copy.toString('base64url')}`);
    }
  });

  it('RFC 7515, A.1: the signature is right, the time is over', async () => {
    const k = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow';
    const example =
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9' +
      '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
      '.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const options = { issuer: 'joe', lifetimeSeconds: 600, now: () => NOW };
    const theirs = new AccessTokens(createSecretKey(Buffer.from(k, 'base64url')), options);

    await expect(theirs.verify(example)).rejects.toThrow(UnauthenticatedError);
    // By the same key and issuer, with no more than the rest of our claims and another time, it is taken.
    const sound = forge(example, createSecretKey(Buffer.from(k, 'base64url')), {
      header: { typ: 'at+jwt' },
      payload: { ...claimsOf(token), iss: 'joe' },
    });
    await expect(theirs.verify(sound)).resolves.toBeDefined();
    const over = forge(sound, createSecretKey(Buffer.from(k, 'base64url')), { payload: { exp: 1300819380 } });
    await expect(theirs.verify(over)).rejects.toThrow('The access token has expired.');
  });
});

it.each(otherSpellings(token))('SEC6 one token has one spelling: %s it is refused', async (_how, other) => {
  expect(other).not.toBe(token);
  await refused(other);
});

describe('SEC7 a claim that is not ours is refused:', () => {
  it.each<[string, Parameters<typeof forge>[2]]>([
    ['exp in the past', { payload: { exp: seconds - 1 } }],
    ['exp now', { payload: { exp: seconds } }],
    ['exp as text', { payload: { exp: '9999999999' } }],
    ['no exp', { without: ['exp'] }],
    ['no iat', { without: ['iat'] }],
    ['nbf to come', { payload: { nbf: seconds + 60 } }],
    ['another aud', { payload: { aud: 'other-api' } }],
    ['no aud', { without: ['aud'] }],
    ['another iss', { payload: { iss: 'https://ci.example.com.evil.example' } }],
    ['iss with a slash', { payload: { iss: 'https://ci.example.com/' } }],
    ['no iss', { without: ['iss'] }],
    ['typ JWT', { header: { typ: 'JWT' } }],
    ['no typ', { header: { typ: undefined } }],
    ['typ of a refresh token', { header: { typ: 'rt+jwt' } }],
    ['no sub', { without: ['sub'] }],
    ['sub that is no id', { payload: { sub: '../../admin' } }],
    ['no sid', { without: ['sid'] }],
    ['sid that is no id', { payload: { sid: "' OR 1=1 --" } }],
    ['no jti', { without: ['jti'] }],
  ])('%s', async (_what, change) => refused(forge(token, key, change)));

  it('but for the time: up to its last second it is good', async () => {
    clock.now = new Date(NOW.getTime() + 599_000);
    await expect(tokens.verify(token)).resolves.toBeDefined();
    clock.now = new Date(NOW.getTime() + 600_000);
    await expect(tokens.verify(token)).rejects.toThrow('The access token has expired.');
    clock.now = NOW;
  });

  it('a key for another purpose, or of another installation', async () => {
    await refused(withHmac({ alg: 'HS256', typ: 'at+jwt' }, claimsOf(token), randomBytes(32)));
    const secret = randomBytes(32);
    expect(accessTokenKey(secret).export()).not.toEqual(secret);
    expect(accessTokenKey(secret).export()).toEqual(accessTokenKey(secret).export());
  });
});

describe('SEC7 a header that names a key', () => {
  let server: Server;
  let url: string;
  let asked = 0;
  beforeAll(async () => {
    server = createServer((_req, res) => {
      asked++;
      res.end(JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'x' }] }));
    });
    server.on('connection', () => asked++);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => void server.close());

  it('is not looked at: neither is it asked for, nor is a key taken from it', async () => {
    const other = Buffer.alloc(32, 9);
    const jwk = { kty: 'oct', k: other.toString('base64url'), alg: 'HS256' };
    for (const header of [
      { jku: url },
      { x5u: url },
      { jwk },
      { x5c: ['MIIB'] },
      { kid: '../../dev/null' },
      { kid: "x' UNION SELECT 'AAAA' --" },
      { kid: url },
      { jku: url, x5u: url, jwk, kid: '/dev/null' },
    ]) {
      const full = { alg: 'HS256', typ: 'at+jwt', ...header };
      await refused(withHmac(full, claimsOf(token), other));
      await refused(withHmac(full, claimsOf(token), ''));
      // Signed by our own key it is ours, whatever else it says.
      await expect(tokens.verify(withHmac(full, claimsOf(token), key))).resolves.toMatchObject({ sub: user.userId });
    }
    expect(asked).toBe(0);
  });
});

describe('SEC6 whatever is sent', () => {
  it('is refused in the same way: as text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.stringMatching(/^[\w.~+/=-]{0,80}$/)), async (text) => refused(text)),
      { numRuns: 300 },
    );
  });

  it('is refused in the same way: as JSON that is rightly signed', async () => {
    const claims = claimsOf(token);
    const header = fc.oneof(fc.json(), fc.constant('{"alg":"HS256","typ":"at+jwt"}'), fc.string());
    const payload = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ name: fc.constantFrom(...Object.keys(claims)), value: fc.jsonValue() })
        .filter(({ name, value }) => !(name === 'nbf' || (['exp', 'iat'].includes(name) && typeof value === 'number')))
        .map(({ name, value }) => JSON.stringify({ ...claims, [name]: value })),
    );
    await fc.assert(
      fc.asyncProperty(header, payload, async (head, body) => refused(withHmac(head, body, key))),
      { numRuns: 500 },
    );
  });
});
