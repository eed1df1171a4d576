import { describe, expect, it } from '@jest/globals';
import { startUserServices, tokenIn } from '../../../test/user-services.js';
import { InvalidInputError, NotFoundError } from '../../errors.js';
import type { FirstAdmin } from './account.service.js';
import { verifyPassword } from './password.js';

const PASSWORD = 'correct horse battery';
const NOBODY = { email: undefined, password: undefined };
const SIMULTANEOUS = 50;
const { process, query, now } = startUserServices();

describe('the first Admin', () => {
  const everyone = async () => (await process(0).users.list({ limit: 100 })).items;
  const ensure = (environment: 'production' | 'development' | 'test', firstAdmin: object = NOBODY) =>
    Promise.all(
      [0, 1, 2, 3].map((number) => {
        const { accounts } = process(number);
        return accounts.ensureFirstAdmin({ firstAdmin: { ...NOBODY, ...firstAdmin }, environment });
      }),
    );
  const madeBy = (results: FirstAdmin[]) => results.filter(({ kind }) => kind !== 'there are users');

  it('is the one that was configured, made by one of several processes', async () => {
    const made = madeBy(await ensure('production', { email: 'Root@Example.com', password: PASSWORD }));

    expect(made).toEqual([{ kind: 'configured', email: 'root@example.com' }]);
    expect(await everyone()).toMatchObject([{ email: 'root@example.com', role: 'admin', status: 'active' }]);
    const { passwordHash } = (await process(0).users.findForSignIn('root@example.com')) ?? {};
    expect(await verifyPassword(passwordHash ?? null, PASSWORD)).toBe(true);
    expect(madeBy(await ensure('production', { email: 'other@example.com', password: PASSWORD }))).toEqual([]);
    expect(await everyone()).toHaveLength(1);
  });

  it.each(['changeme', 'password1', 'short 1', 'administrator', 'pitwall-2026'])(
    'SEC20 is not made with the password %s, which the refusal does not show',
    async (password) => {
      const { accounts } = process(0);
      const firstAdmin = { email: 'root@example.com', password };

      const error = await accounts.ensureFirstAdmin({ firstAdmin, environment: 'production' }).catch(String);

      expect(error).toMatch(/^Error: PITWALL_ADMIN_PASSWORD: is /);
      expect(error).not.toContain(password);
      expect(await everyone()).toEqual([]);
    },
  );

  it('in development has a random password, each time another', async () => {
    const passwords = [];
    for (let time = 0; time < 2; time++) {
      await query('DELETE FROM users');
      const [made, ...others] = madeBy(await ensure('development'));
      if (made?.kind !== 'generated') throw new Error('None was made.');
      expect(others).toEqual([]);
      expect(made).toEqual({
        ...{ kind: 'generated', email: 'admin@example.com' },
        password: expect.stringMatching(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){6}$/),
      });
      const { passwordHash } = (await process(0).users.findForSignIn(made.email)) ?? {};
      expect(await verifyPassword(passwordHash ?? null, made.password)).toBe(true);
      passwords.push(made.password);
    }
    expect(new Set(passwords).size).toBe(2);
  });

  it('SEC20 in production is whoever has the link, for a day: there is no default user', async () => {
    const links = (await ensure('production')).map((result) =>
      result.kind === 'setup link' ? result.link : undefined,
    );

    expect(await everyone()).toEqual([]);
    for (const link of links) {
      expect(link).toEqual({
        url: expect.stringMatching(/^https:\/\/ci\.example\.com\/setup#[\w-]{43}$/),
        expiresAt: new Date(now.getTime() + 24 * 3600 * 1000),
      });
      const token = tokenIn(link ?? { url: '' });
      expect(await process(0).accounts.describeLink(token)).toMatchObject({ purpose: 'setup', email: null });
    }
  });
});

describe('the set-up', () => {
  const setupToken = async () => {
    const result = await process(0).accounts.ensureFirstAdmin({ firstAdmin: NOBODY, environment: 'production' });
    if (result.kind !== 'setup link') throw new Error('There is no link.');
    return tokenIn(result.link);
  };
  const setUp = (token: string, number = 0) =>
    process(number).accounts.setUp({ token, email: `admin${number}@example.com`, name: 'Ada', password: PASSWORD });

  it('SEC40 that 50 do at once, with two links, is done by one, and by nobody after', async () => {
    const tokens = [await setupToken(), await setupToken()];

    const results = await Promise.allSettled(
      Array.from({ length: SIMULTANEOUS }, (_, number) => setUp(String(tokens[number % 2]), number)),
    );

    const done = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
    expect(done).toMatchObject([{ role: 'admin', status: 'active' }]);
    expect((await process(0).users.list({ limit: 100 })).items).toEqual(done);
    for (const token of tokens) await expect(setUp(token, 1)).rejects.toThrow(NotFoundError);
    expect((await query('SELECT 1 FROM account_links')).rows).toEqual([]);
  });

  it('is over as soon as there is anybody, and takes no other link', async () => {
    const token = await setupToken();
    const { link } = await process(0).users.create({ email: 'grace@example.com', name: 'Grace', role: 'viewer' });

    await expect(setUp(token)).rejects.toThrow(NotFoundError);
    await expect(process(0).accounts.describeLink(token)).rejects.toThrow(NotFoundError);
    await expect(setUp(tokenIn(link))).rejects.toThrow(NotFoundError);
    await query('DELETE FROM users');
    await expect(process(0).accounts.activate({ token, password: PASSWORD })).rejects.toThrow(NotFoundError);
    await expect(
      process(0).accounts.setUp({ token, email: 'ada@example.com', name: 'Ada', password: 'ada@example.com' }),
    ).rejects.toThrow(InvalidInputError);
    await setUp(token);
  });
});
