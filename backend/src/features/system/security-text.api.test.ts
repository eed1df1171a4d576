import { describe, expect, it } from '@jest/globals';
import { startApi } from '../../../test/start-api.js';
import { SecurityTextService } from './security-text.service.js';

const { base, clock } = startApi({ env: { PUBLIC_URL: 'https://ci.example.com' } });

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const fieldsOf = (text: string) =>
  Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ')),
  );
const textOf = (publicUrl: string, securityContact?: string) =>
  new SecurityTextService({ publicUrl, securityContact }, () => clock.now).text();

describe('SEC51 security.txt', () => {
  it('says where to report a weakness', async () => {
    clock.now = new Date('2026-11-20T15:30:00Z');

    const answer = await fetch(`${base()}/.well-known/security.txt`);

    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      ...{ status: 200, type: 'text/plain; charset=utf-8' },
    });
    expect(await answer.text()).toBe(
      [
        'Contact: mailto:security@ci.example.com',
        'Expires: 2027-05-19T00:00:00Z',
        'Preferred-Languages: en',
        'Canonical: https://ci.example.com/.well-known/security.txt',
        '',
      ].join('\n'),
    );
  });

  it('is always valid for some months, and less than a year', async () => {
    for (let day = 0; day < 800; day += 7) {
      clock.now = new Date(Date.UTC(2026, 0, day, 23, 59, 59));
      const left = Date.parse(fieldsOf(textOf('https://ci.example.com')).Expires) - clock.now.getTime();

      expect(left).toBeGreaterThan(YEAR_MS / 4);
      expect(left).toBeLessThan(YEAR_MS);
    }
  });

  it('names the contact that was set', () => {
    expect(fieldsOf(textOf('https://ci.example.com', 'https://example.com/report'))).toMatchObject({
      Contact: 'https://example.com/report',
    });
  });

  it('names no address of its own without TLS, which would not be valid', () => {
    expect(fieldsOf(textOf('http://localhost:8000'))).not.toHaveProperty('Canonical');
    expect(fieldsOf(textOf('http://localhost:8000')).Contact).toBe('mailto:security@localhost');
  });
});
