import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';

type Json = Record<string, unknown>;

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString(
    'base64url',
  );

/** Header and payload as given, strings as they are, and the HMAC over both: whatever is wrong is not the signature. */
export function withHmac(
  header: unknown,
  payload: unknown,
  key: KeyObject | Buffer | string,
  hash: 'sha256' | 'sha384' | 'sha512' = 'sha256',
): string {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
}

/** A token taken apart and put together again, changed, with a signature that is right. */
export function forge(
  token: string,
  key: KeyObject,
  change: { header?: Json; payload?: Json; without?: string[] },
): string {
  const [header, payload] = token
    .split('.')
    .slice(0, 2)
    .map((part) => parse(part));
  const without = Object.fromEntries((change.without ?? []).map((name) => [name, undefined]));
  const claims = { ...payload, ...change.payload, ...without };
  return withHmac({ ...header, ...change.header }, claims, key);
}

const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;

export const claimsOf = (token: string): Json => parse(token.split('.')[1] ?? '');

/**
 * The groups of Project Wycheproof's `json_web_signature_test.json`, made of a token that is valid: nothing but what each
 * is named after is wrong with it. https://github.com/C2SP/wycheproof
 */
export function wronglySigned(token: string, key: KeyObject): [string, string][] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const flipped = (at: number, bit = 1) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ bit;
    return copy.toString('base64url');
  };
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  const none = (alg: unknown, more = {}) => `${base64url({ alg, typ: 'at+jwt', ...more })}.${payload}.`;
  const rs256 = `${base64url({ alg: 'RS256', typ: 'at+jwt' })}.${payload}`;
  return [
    // The four of Wycheproof, 341 to 344, byte for byte, and the same over our own claims.
    ['none 341', 'eyJhbGciOiJub25lIn0.MTIzNDAw.'],
    ['none 342', 'eyJhbGciOiJOT05FIn0.MTIzNDAw.'],
    ['none 343', 'eyJhbGciOiJub25lIiwia2lkIjoibm9uZSJ9.MTIzNDAw.'],
    ['none 344', 'eyJhbGciOiJub25lIiwia2lkIjoiUFM1MTJfMjA0OCJ9.MTIzNDAw.'],
    ...['none', 'None', 'NONE', 'nOnE', '', ' none', null, 0, [], ['HS256']].map((alg): [string, string] => [
      `alg ${JSON.stringify(alg)}`,
      none(alg),
    ]),
    ['none with the signature of HS256', `${base64url({ alg: 'none', typ: 'at+jwt' })}.${payload}.${signature}`],
    ['no alg', withHmac({ typ: 'at+jwt' }, claimsOf(token), key)],
    ['an empty signature', `${header}.${payload}.`],
    ['no signature', `${header}.${payload}`],
    ['a signature cut by a byte', `${header}.${payload}.${bytes.subarray(0, 31).toString('base64url')}`],
    ['a signature cut to half', `${header}.${payload}.${bytes.subarray(0, 16).toString('base64url')}`],
    [
      'a signature and a byte more',
      `${header}.${payload}.${Buffer.concat([bytes, Buffer.of(0)]).toString('base64url')}`,
    ],
    ['a signature of zeros', `${header}.${payload}.${Buffer.alloc(32).toString('base64url')}`],
    ['the first bit flipped', `${header}.${payload}.${flipped(0, 0x80)}`],
    ['the last bit flipped', `${header}.${payload}.${flipped(31)}`],
    ['a bit in the middle flipped', `${header}.${payload}.${flipped(16)}`],
    ['another payload', `${header}.${base64url({ ...claimsOf(token), sub: randomUUID() })}.${signature}`],
    ['another header', `${base64url({ alg: 'HS256', typ: 'at+jwt', kid: '' })}.${payload}.${signature}`],
    ['another key', withHmac({ alg: 'HS256', typ: 'at+jwt' }, claimsOf(token), Buffer.alloc(32, 7))],
    ['an empty key', withHmac({ alg: 'HS256', typ: 'at+jwt' }, claimsOf(token), '')],
    ['HS384', withHmac({ alg: 'HS384', typ: 'at+jwt' }, claimsOf(token), key, 'sha384')],
    ['HS512', withHmac({ alg: 'HS512', typ: 'at+jwt' }, claimsOf(token), key, 'sha512')],
    ['RS256', `${rs256}.${sign('sha256', Buffer.from(rs256), rsa.privateKey).toString('base64url')}`],
    ['HS256 by the PEM of an RSA key', withHmac({ alg: 'HS256', typ: 'at+jwt' }, claimsOf(token), pem)],
    ['RS256 signed as HS256', withHmac({ alg: 'RS256', typ: 'at+jwt' }, claimsOf(token), key)],
    [
      'ES256 of zeros, CVE-2022-21449',
      `${base64url({ alg: 'ES256', typ: 'at+jwt' })}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    ],
    ['a header that must be understood', forge(token, key, { header: { crit: ['exp'], exp: 1 } })],
    ['a payload that is not encoded', forge(token, key, { header: { b64: false, crit: ['b64'] } })],
    ['a fourth part', `${token}.${signature}`],
    ['five parts, as if encrypted', `${token}.${signature}.${signature}`],
    ['nothing', '..'],
  ];
}

/** The same bytes written otherwise: RFC 7515 has base64url without padding, and one spelling of each. */
export function otherSpellings(token: string): [string, string][] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = ALPHABET.indexOf(signature.at(-1) ?? '');
  // Of the last character of 32 bytes, two bits say nothing.
  const unused = [1, 2, 3].map((bits) => signature.slice(0, -1) + (ALPHABET[last ^ bits] ?? ''));
  return [
    ['padded', `${token}=`],
    ['padded twice', `${token}==`],
    ['padded in the header', `${header}=.${payload}.${signature}`],
    ['padded in the payload', `${header}.${payload}=.${signature}`],
    ...unused.map((other, at): [string, string] => [`with unused bits ${at + 1}`, `${header}.${payload}.${other}`]),
    [
      'in the alphabet of base64',
      Buffer.from(signature, 'base64url').toString('base64').replace(/^/, `${header}.${payload}.`),
    ],
    ['with a space', `${token} `],
    ['with a line break', `${token}\n`],
    ['with a line break inside', `${header}.${payload.slice(0, 4)}\n${payload.slice(4)}.${signature}`],
    ['with a tilde inside', `${header}.${payload.slice(0, 4)}~${payload.slice(4)}.${signature}`],
  ];
}
