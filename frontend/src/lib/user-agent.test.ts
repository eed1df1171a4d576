import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeUserAgent } from './user-agent.ts';

const CASES: [string | null, string][] = [
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36',
    'Chrome on Linux',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0',
    'Edge on Windows',
  ],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 15.7; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox on macOS'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Safari/604.1',
    'Safari on iOS',
  ],
  ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36', 'Chrome on Android'],
  ['curl/8.15.0', 'curl/8.15.0'],
  ['', 'An unnamed client'],
  [null, 'An unnamed client'],
];

for (const [userAgent, words] of CASES) {
  it(`calls ${userAgent} "${words}"`, () => assert.equal(describeUserAgent(userAgent), words));
}
