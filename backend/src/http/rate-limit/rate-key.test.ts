import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accountKey, addressKey } from './rate-key.js';

describe('an address', () => {
  it('SEC10 counts as its /56 when it is IPv6', () => {
    const inside = ['2001:db8:0:100::1', '2001:DB8:0:1ff:ffff:ffff:ffff:ffff', '2001:db8:0:1a0::'];

    expect(new Set(inside.map(addressKey))).toEqual(new Set(['2001:db8:0:100::/56']));
    expect(addressKey('2001:db8:0:200::1')).not.toBe(addressKey('2001:db8:0:1ff::1'));
  });

  it('SEC10 counts as IPv4 in each of its notations', () => {
    const notations = ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7', '::ffff:c000:207'];

    expect(notations.map(addressKey)).toEqual(notations.map(() => '192.0.2.7'));
    expect(addressKey('192.0.2.8')).not.toBe(addressKey('192.0.2.7'));
  });

  it('counts as one with all others that are none', () => {
    expect([undefined, '', 'unknown', '1.2.3', '::ffff:1.2.3', 'x'.repeat(10_000)].map(addressKey)).toEqual(
      Array(6).fill('unknown'),
    );
  });

  it('SEC10 never changes within its network', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 72n - 1n }), (host) => {
        const groups = Array.from({ length: 5 }, (_, at) => (host >> BigInt(16 * at)) & 0xffffn);
        const [g7, g6, g5, g4, low] = groups as [bigint, bigint, bigint, bigint, bigint];
        const text = [0x2001n, 0xdb8n, 5n, 0x4200n | low, g4, g5, g6, g7].map((group) => group.toString(16)).join(':');
        expect(addressKey(text)).toBe('2001:db8:5:4200::/56');
      }),
    );
  });
});

describe('an account', () => {
  it('SEC10 is the same in every spelling that leads to one mailbox', () => {
    const spellings = [
      'ada.lovelace@example.com',
      'AdaLovelace@EXAMPLE.com',
      ' a.d.a.lovelace@example.com. ',
      'adalovelace+ci@example.com',
      'ada.lovelace+a+b@example.com',
      '\uff41da.lovelace@example.com',
    ];

    expect(new Set(spellings.map(accountKey)).size).toBe(1);
  });

  it('is another with another mailbox or domain', () => {
    const others = ['ada@example.com', 'ada@example.org', 'ada@mail.example.com', 'bob@example.com', 'ada', '@', ''];

    expect(new Set(others.map(accountKey)).size).toBe(others.length - 1); // `@` and nothing are both nobody
  });

  it('SEC10 does not depend on case, dots, tags or space around it', () => {
    const letters = fc.stringMatching(/^[a-z0-9]{1,20}$/);
    fc.assert(
      fc.property(letters, letters, fc.infiniteStream(fc.boolean()), letters, (name, host, coins, tag) => {
        const flip = () => coins.next().value as boolean;
        const written = [...name].map((c) => (flip() ? c.toUpperCase() : c) + (flip() ? '.' : '')).join('');
        const variant = `${flip() ? ' ' : ''}${written}${flip() ? `+${tag}` : ''}@${host}.com${flip() ? '.' : ''}`;
        expect(accountKey(variant)).toBe(accountKey(`${name}@${host}.com`));
      }),
    );
  });

  it('holds nothing of the address, and is short however long that is', () => {
    expect(accountKey('ada@example.com')).toMatch(/^account:[\w-]{43}$/);
    expect(accountKey(`${'x'.repeat(100_000)}@example.com`)).toHaveLength(51);
  });
});
