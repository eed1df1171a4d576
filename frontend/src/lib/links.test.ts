import assert from 'node:assert/strict';
import { it } from 'node:test';
import { webAddress } from './links.ts';

it('follows web addresses only', () => {
  assert.equal(webAddress('https://example.com/run/1'), 'https://example.com/run/1');
  assert.equal(webAddress('http://jenkins.internal:8080/job/x'), 'http://jenkins.internal:8080/job/x');
  for (const refused of [
    'javascript:alert(1)',
    ' JaVaScript:alert(1)',
    'data:text/html,x',
    '/relative',
    'nonsense',
    '',
    null,
  ]) {
    assert.equal(webAddress(refused), null, String(refused));
  }
});
