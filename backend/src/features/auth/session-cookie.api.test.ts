import { hash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { cookieOf, PAGE, PASSWORD, people } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';

const sha256 = (text: string) => hash('sha256', text, 'buffer');
const http = startApi();
const https = startApi({ env: { HOST: '0.0.0.0', PUBLIC_URL: 'https://ci.example.com' } });

const attributesOf = (header: string | undefined) => {
  const [first = '', ...rest] = (header ?? '').split('; ');
  const [name, value = ''] = first.split('=');
  return { name, value, attributes: rest.filter((one) => !one.startsWith('Expires=')).sort() };
};

describe('SEC13 the cookie of a session', () => {
  it.each<[string, typeof http, string, string[]]>([
    ['behind https', https, '__Host-pitwall', ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']],
    ['on http', http, 'pitwall', ['HttpOnly', 'Path=/', 'SameSite=Strict']],
  ])('%s is out of reach of scripts, of other sites and of other hosts', async (_where, api, name, attributes) => {
    const { create, logIn, withCookie } = people(api);
    const { email } = await create();
    const { headers, body } = await logIn(email, PASSWORD, 'session').expect(200);

    const given = headers['set-cookie'] as unknown as string[];
    expect(given).toHaveLength(1);
    const cookie = attributesOf(given[0]);
    expect({ ...cookie, value: '' }).toEqual({ name, value: '', attributes });
    // 32 bytes: 256 bits.
    expect(Buffer.from(cookie.value, 'base64url')).toHaveLength(32);
    const until = Date.parse(/Expires=([^;]+)/.exec(given[0] ?? '')?.[1] ?? '') - api.clock.now.getTime();
    expect(Math.round(until / 3_600_000)).toBe(24);
    expect(JSON.stringify(body)).not.toContain(cookie.value);

    const out = await withCookie(cookieOf(headers))
      .post('/auth/logout')
      .set('Origin', api === https ? 'https://ci.example.com' : 'http://localhost:8000')
      .expect(204);
    const back = out.headers['set-cookie'] as unknown as string[];
    expect(attributesOf(back[0])).toEqual({ name, value: '', attributes });
    expect(Date.parse(/Expires=([^;]+)/.exec(back[0] ?? '')?.[1] ?? '')).toBe(0);
  });

  it('behind https is not taken by the name that another host could set', async () => {
    const { create, browser, anybody } = people(https);
    const { cookie } = await browser(await create());
    for (const other of [cookie.replace('__Host-', ''), cookie.replace('__Host-', '__host-'), `x${cookie}`]) {
      await anybody.get('/auth/me').set('Cookie', other).expect(401);
    }
    await anybody.get('/auth/me').set('Cookie', `theme=dark; ${cookie}; other=1`).expect(200);
  });

  it("comes by no API client's sign-in, and is of another kind than its tokens", async () => {
    const { create, logIn, apiClient, browser, anybody, bearing } = people(http);
    const user = await create();
    expect((await logIn(user.email).expect(200)).headers).not.toHaveProperty('set-cookie');
    const client = await apiClient(user);
    for (const token of [client.refreshToken, client.accessToken]) {
      await anybody.get('/auth/me').set('Cookie', `pitwall=${token}`).expect(401);
    }
    const secret = (await browser(user)).cookie.split('=')[1] ?? '';
    await bearing(secret).get('/auth/me').expect(401);
    await anybody.post('/auth/refresh').send({ refreshToken: secret }).expect(401);
  });
});

describe('SEC13 a sign-in', () => {
  const { create, browser, logIn, withCookie, anybody } = people(http);
  const me = (cookie: string) => withCookie(cookie).get('/auth/me');

  it('gives another secret each time, and leaves the session before', async () => {
    const user = await create();
    const first = await browser(user);
    const again = await anybody
      .post('/auth/login')
      .set({ Cookie: first.cookie, ...PAGE })
      .send({ email: user.email, password: PASSWORD, kind: 'session' })
      .expect(200);

    expect(cookieOf(again.headers)).not.toBe(first.cookie);
    await me(first.cookie).expect(401);
    await me(cookieOf(again.headers)).expect(200);
    const secrets = new Set([first.cookie, cookieOf(again.headers)]);
    for (let time = 0; time < 5; time++) secrets.add((await browser(user)).cookie);
    expect(secrets.size).toBe(7);
  });

  it("never takes over what the browser was given before: an attacker's choice, or their own session", async () => {
    const [victim, attacker] = [await create(), await create()];
    const chosen = `pitwall=${randomBytes(32).toString('base64url')}`;
    const theirs = (await browser(attacker)).cookie;
    for (const planted of [chosen, theirs]) {
      const { headers } = await anybody
        .post('/auth/login')
        .set({ Cookie: planted, ...PAGE })
        .send({ email: victim.email, password: PASSWORD, kind: 'session' })
        .expect(200);
      expect(cookieOf(headers)).not.toBe(planted);
      await me(planted).expect(401);
      expect((await me(cookieOf(headers)).expect(200)).body.user.id).toBe(victim.id);
    }
  });

  it('that fails leaves the browser as it was', async () => {
    const user = await create();
    const { cookie } = await browser(user);
    const { headers } = await anybody
      .post('/auth/login')
      .set({ Cookie: cookie, ...PAGE })
      .send({ email: user.email, password: 'wrong', kind: 'session' })
      .expect(401);
    expect(headers).not.toHaveProperty('set-cookie');
    await me(cookie).expect(200);
  });

  it('is needed anew after a change of the role', async () => {
    const user = await create('viewer');
    const { cookie } = await browser(user);
    await http.api.patch(`/users/${user.id}`).send({ role: 'admin' }).expect(200);
    await me(cookie).expect(401);
    const { headers } = await logIn(user.email, PASSWORD, 'session').expect(200);
    expect((await me(cookieOf(headers)).expect(200)).body.user.role).toBe('admin');
  });

  it('leaves nothing in the database that would let anybody in', async () => {
    const user = await create();
    const secret = (await browser(user)).cookie.split('=')[1] ?? '';
    const { rows } = await http
      .connections()
      .pool.query<{ row: string; hash: Buffer }>(
        'SELECT s::text AS row, secret_hash AS hash FROM sessions s WHERE user_id = $1',
        [user.id],
      );
    expect(rows.map(({ hash }) => Buffer.from(hash))).toEqual([sha256(secret)]);
    expect(rows[0]?.row).not.toContain(secret);
    expect(rows[0]?.row).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
  });
});

it('two signing out at once are both told that they are out', async () => {
  const { create, browser } = people(http);
  const page = await browser(await create());
  const { sessions } = http.services();
  const { close } = sessions;
  // Both are let in before either is out.
  let waiting = 0;
  let go: () => void = () => undefined;
  const both = new Promise<void>((resolve) => (go = resolve));
  sessions.close = async (caller) => {
    if (++waiting === 2) go();
    await both;
    return close.call(sessions, caller);
  };
  const answers = await Promise.all([page.post('/auth/logout'), page.post('/auth/logout')]);
  sessions.close = close;
  expect(answers.map(({ status }) => status)).toEqual([204, 204]);
});
