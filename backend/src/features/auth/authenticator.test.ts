import { describe, expect, it } from '@jest/globals';
import { UnauthenticatedError } from '../../errors.js';
import { rightsOf, type Caller } from '../../http/caller.js';
import { Authenticator } from './authenticator.js';
import { SessionCookie } from './session-cookie.js';

const caller: Caller = {
  ...{ kind: 'session', credentialId: 's', userId: 'u', email: 'e', name: 'n', role: 'viewer' },
  rights: rightsOf('viewer'),
};

/** Whoever is asked for by a lookup waits until the test answers. */
function start() {
  const lookups: { of: string; answer(who: Caller): void; fail(error: Error): void }[] = [];
  const ask = (of: string) =>
    new Promise<Caller>((resolve, reject) => lookups.push({ of, answer: resolve, fail: reject }));
  const clock = { now: 0 };
  let change: () => void = () => undefined;
  const authenticator = new Authenticator(
    { callerOfCookie: (secret) => ask(`cookie ${secret}`), callerOfSession: (id) => ask(`session ${id}`) },
    { callerOf: (token) => ask(`token ${token}`) },
    { verify: async () => ({ sid: 's', sub: 'u', jti: 'j' }) },
    new SessionCookie(false),
    {
      onChange: (callback) => {
        change = callback;
        return () => undefined;
      },
    },
    () => clock.now,
  );
  const identify = async (headers: { authorization?: string; cookie?: string }) => authenticator.identify({ headers });
  return { identify, lookups, clock, change: () => change() };
}

describe('SEC8 what is remembered of a caller', () => {
  it('is good for half a second, from when it was asked for', async () => {
    const { identify, lookups, clock } = start();
    const first = identify({ authorization: 'Bearer pw_x' });
    clock.now = 400;
    lookups[0]?.answer(caller);
    expect(await first).toBe(caller);

    clock.now = 499;
    expect(await identify({ authorization: 'Bearer pw_x' })).toBe(caller);
    expect(lookups).toHaveLength(1);
    clock.now = 500;
    void identify({ authorization: 'Bearer pw_x' });
    expect(lookups).toHaveLength(2);
  });

  it('is over with a change, also where the answer was under way', async () => {
    const { identify, lookups, change } = start();
    const before = identify({ cookie: 'pitwall=x' });
    change();
    lookups[0]?.answer(caller);
    await before;

    const after = identify({ cookie: 'pitwall=x' });
    expect(lookups).toHaveLength(2);
    lookups[1]?.fail(new UnauthenticatedError('gone'));
    await expect(after).rejects.toThrow('gone');
  });

  it('is asked for once by those who come together', async () => {
    const { identify, lookups } = start();
    const all = Array.from({ length: 50 }, () => identify({ cookie: 'pitwall=x' }));
    expect(lookups).toHaveLength(1);
    lookups[0]?.answer(caller);
    expect(new Set(await Promise.all(all))).toEqual(new Set([caller]));
  });

  it('is not what is said of the same text in another header', async () => {
    const { identify, lookups } = start();
    const signedIn = identify({ cookie: 'pitwall=x' });
    lookups[0]?.answer(caller);
    await signedIn;

    await expect(identify({ authorization: 'pitwall=x' })).rejects.toThrow(UnauthenticatedError);
    expect(await identify({ cookie: 'Bearer pw_x' })).toBeUndefined();
    void identify({ authorization: 'Bearer pw_x' });
    expect(lookups.at(-1)?.of).toBe('token pw_x');
  });

  it('is also that somebody is refused, but not that nobody could say', async () => {
    const { identify, lookups } = start();
    const refused = identify({ authorization: 'Bearer pw_x' });
    lookups[0]?.fail(new UnauthenticatedError('no'));
    await expect(refused).rejects.toThrow('no');
    await expect(identify({ authorization: 'Bearer pw_x' })).rejects.toThrow('no');
    expect(lookups).toHaveLength(1);

    const unsaid = identify({ authorization: 'Bearer pw_y' });
    lookups[1]?.fail(new Error('the database is away'));
    await expect(unsaid).rejects.toThrow('away');
    void identify({ authorization: 'Bearer pw_y' });
    expect(lookups).toHaveLength(3);
  });

  it('is nothing for a header that is too long to keep', async () => {
    const { identify, lookups } = start();
    const authorization = `Bearer pw_${'x'.repeat(2_000)}`;
    void identify({ authorization });
    void identify({ authorization });
    expect(lookups).toHaveLength(2);
  });
});

it('SEC7 an access token is of the user whose session it names', async () => {
  const { identify, lookups } = start();
  const identified = identify({ authorization: 'Bearer a.b.c' });
  await new Promise(setImmediate);
  lookups[0]?.answer({ ...caller, userId: 'another' });
  await expect(identified).rejects.toThrow(UnauthenticatedError);
});

it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'pw_x', 'Bearer pw_x, Bearer pw_y', 'Bearer \u00e9'])(
  'is refused for the Authorization header `%s`, also with a cookie that is good',
  async (authorization) => {
    const { identify, lookups } = start();
    await expect(identify({ authorization, cookie: 'pitwall=x' })).rejects.toThrow(UnauthenticatedError);
    expect(lookups).toEqual([]);
  },
);
