import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathAfterSignIn, signInPath } from './sign-in-path.ts';

const ORIGIN = 'https://ci.example.com';
const HERE = ['/', '/runs/1?attempt=2', '/users?q=a%26b', '/api/docs', '/a:b'];
const ELSEWHERE = [
  null,
  '',
  'https://evil.example',
  'https://ci.example.com/users',
  '//evil.example/users',
  '/\\evil.example',
  '/\t/evil.example',
  '\\\\evil.example',
  'javascript:alert(1)',
  ' //evil.example',
  'users',
  '/signin?next=/signin',
];

describe('the way to sign in and back', () => {
  for (const path of HERE) {
    it(`leads back to ${path}`, () => {
      const { searchParams } = new URL(signInPath(new URL(path, ORIGIN)), ORIGIN);
      assert.equal(pathAfterSignIn(searchParams.get('next') ?? '/', ORIGIN), path);
    });
  }

  for (const next of ELSEWHERE) {
    it(`leads to the front page instead of ${JSON.stringify(next)}`, () => {
      assert.equal(pathAfterSignIn(next, ORIGIN), '/');
    });
  }
});
