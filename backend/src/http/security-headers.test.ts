import { describe, expect, it } from '@jest/globals';
import { flat, inlineScriptHashes, NO_STORE, securityHeaders, type AnswerKind } from './security-headers.js';

const KINDS: AnswerKind[] = ['api', 'ui', 'docs'];
const named = (kind: AnswerKind, https = false, scriptHashes: string[] = []) =>
  Object.fromEntries(securityHeaders(kind, { https, scriptHashes }));
const policy = (headers: Record<string, string>) =>
  Object.fromEntries(
    (headers['Content-Security-Policy'] ?? '').split(';').map((directive) => {
      const [name, ...sources] = directive.split(' ');
      return [name, sources];
    }),
  );

describe('SEC23 the security headers', () => {
  it('of data are those that data needs', () => {
    expect(named('api')).toEqual({
      'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
  });

  it.each<AnswerKind>(['ui', 'docs'])('of %s pages are at least those of helmet, and stricter', (kind) => {
    expect(named(kind)).toMatchObject({
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Origin-Agent-Cluster': '?1',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-DNS-Prefetch-Control': 'off',
      'X-Download-Options': 'noopen',
      'X-Frame-Options': 'DENY',
      'X-Permitted-Cross-Domain-Policies': 'none',
      'X-XSS-Protection': '0',
    });
    expect(named(kind)['Permissions-Policy']).toMatch(/^(?:[a-z-]+=\(\)(?:, |$))+$/);
    expect(policy(named(kind))).toMatchObject({
      'default-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
      'object-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
    });
  });

  it('let pages of the front end write no HTML but what Svelte compiled', () => {
    expect(policy(named('ui'))).toMatchObject({
      'require-trusted-types-for': ["'script'"],
      'trusted-types': ['svelte-trusted-html'],
    });
  });

  it.each(KINDS)('of %s allow nothing unsafe, and no other site', (kind) => {
    for (const https of [true, false]) {
      expect(named(kind, https)['Content-Security-Policy']).not.toMatch(/unsafe|\*|https?:/);
    }
  });

  it.each(KINDS)('of %s insist on https where there is https, and only there', (kind) => {
    expect(named(kind, true)['Strict-Transport-Security']).toBe('max-age=63072000; includeSubDomains');
    expect(named(kind, false)).not.toHaveProperty('Strict-Transport-Security');
    expect('upgrade-insecure-requests' in policy(named(kind, true))).toBe(kind !== 'api');
    expect(policy(named(kind, false))).not.toHaveProperty('upgrade-insecure-requests');
  });

  it('name each header once, also those of data among those of pages, so that they replace them', () => {
    const names = (kind: AnswerKind) => securityHeaders(kind, { https: true }).map(([name]) => name);
    for (const kind of KINDS) expect(new Set(names(kind)).size).toBe(names(kind).length);
    expect(names('ui')).toEqual(expect.arrayContaining(names('api')));
    expect(names('docs')).toEqual(expect.arrayContaining(names('api')));
  });
});

it('gives headers as the flat list that writeHead takes', () => {
  expect(flat([NO_STORE, ['Vary', 'Origin']])).toEqual(['Cache-Control', 'no-store', 'Vary', 'Origin']);
});

describe('the hash of an inline script', () => {
  // https://www.w3.org/TR/CSP2/#script-src-hash-usage
  const html = `<script>alert('Hello, world.');</script>`;
  const hash = 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';

  it('is that of the example of the specification, and stands in the policy', () => {
    expect(inlineScriptHashes(html)).toEqual([hash]);
    expect(policy(named('ui', false, [hash]))['script-src']).toEqual(["'self'", `'${hash}'`]);
  });

  it('is made of each inline script, whatever its attributes, and of no other', () => {
    const page = `<script src="/theme.js"></script>\n${html}<p>${html.replace('<script', '<script type="module"')}`;

    expect(inlineScriptHashes(page)).toEqual([hash, hash]);
    expect(inlineScriptHashes('')).toEqual([]);
  });
});
