import { describe, expect, it } from '@jest/globals';
import { people, PASSWORD } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';
import { claimsOf } from '../../../test/json-web-tokens.js';

const MINUTE_MS = 60_000;
/** As the test wants it: nothing is taken for granted. */
let looked = 0;
const api = startApi({
  env: { SESSION_IDLE_MINUTES: '30', SESSION_MAX_HOURS: '8', CLIENT_SESSION_MAX_DAYS: '2', ACCESS_TOKEN_MINUTES: '10' },
  monotonicNow: () => (looked += 1_000),
});
const { create, browser, apiClient, refresh, bearing, anybody, auditOf } = people(api);
const pool = () => api.connections().pool;

const pass = (minutes: number) => {
  api.clock.now = new Date(api.clock.now.getTime() + minutes * MINUTE_MS);
};
const status = async (caller: Pick<typeof anybody, 'get'>) => (await caller.get('/auth/me')).status;

describe('SEC39 a session of a browser', () => {
  it('ends when it was not used for the idle time', async () => {
    const page = await browser(await create());
    pass(29);
    expect(await status(page)).toBe(200);
    pass(29);
    expect(await status(page)).toBe(200);
    pass(30);
    expect(await status(page)).toBe(401);
    pass(-30);
    expect(await status(page)).toBe(200);
  });

  it('ends at its age, however it is used', async () => {
    const page = await browser(await create());
    for (let used = 0; used < 8 * 60 - 20; used += 20) {
      pass(20);
      expect(await status(page)).toBe(200);
    }
    pass(19);
    expect(await status(page)).toBe(200);
    pass(1);
    expect(await status(page)).toBe(401);
  });

  it('is noted as used at most once a minute', async () => {
    const user = await create();
    const page = await browser(user);
    const version = async () =>
      (await pool().query<{ xmin: string }>('SELECT xmin::text FROM sessions WHERE user_id = $1', [user.id])).rows[0]
        ?.xmin;
    const before = await version();
    for (let time = 0; time < 5; time++) expect(await status(page)).toBe(200);
    pass(1);
    expect(await status(page)).toBe(200);
    expect(await version()).toBe(before);

    pass(0.01);
    await Promise.all(Array.from({ length: 10 }, () => status(page)));
    const touched = await version();
    expect(touched).not.toBe(before);
    expect(await status(page)).toBe(200);
    expect(await version()).toBe(touched);
  });
});

describe('SEC39 a session of an API client', () => {
  it('is as old as it may be, however often it is renewed; an access token, some minutes', async () => {
    const client = await apiClient(await create());
    const claims = claimsOf(client.accessToken) as { iat: number; exp: number };
    expect(claims.exp - claims.iat).toBe(600);
    pass(10);
    expect(await status(client)).toBe(401);

    let { refreshToken } = client;
    for (let hour = 1; hour < 48; hour += 5) {
      const { body } = await refresh(refreshToken).expect(200);
      expect(await status(bearing(String(body.accessToken)))).toBe(200);
      refreshToken = String(body.refreshToken);
      pass(5 * 60 - 11);
    }
    pass(120);
    await refresh(refreshToken).expect(401);
  });

  it('ends before its access token, if that is later', async () => {
    const client = await apiClient(await create());
    pass(2 * 24 * 60 - 5);
    const { body } = await refresh(client.refreshToken).expect(200);
    pass(4);
    expect(await status(bearing(String(body.accessToken)))).toBe(200);
    pass(1);
    expect(await status(bearing(String(body.accessToken)))).toBe(401);
  });
});

describe('SEC39 whoever is signed in', () => {
  it('sees where, and what is over no longer', async () => {
    const user = await create();
    await browser(user);
    pass(31);
    const [page, client] = [await browser(user), await apiClient(user)];
    await browser(await create());

    const { body } = await page.get('/auth/sessions').expect(200);
    expect(body.items).toHaveLength(2);
    expect(body.items).toContainEqual(expect.objectContaining({ kind: 'browser', current: true, remote: '127.0.0.1' }));
    expect(body.items).toContainEqual(expect.objectContaining({ kind: 'client', current: false }));
    const seen = (await client.get('/auth/sessions').expect(200)).body.items as { kind: string; current: boolean }[];
    expect(seen.filter(({ current }) => current)).toEqual([expect.objectContaining({ kind: 'client' })]);
    // What was over went with the next sign-in.
    expect((await pool().query('SELECT 1 FROM sessions WHERE user_id = $1', [user.id])).rowCount).toBe(2);
  });

  it('ends one, but only of their own', async () => {
    const [one, other] = [await create(), await create('admin')];
    const [page, second] = [await browser(one), await browser(one)];
    const stranger = await browser(other);
    const { body } = await second.get('/auth/me').expect(200);
    const id = String(body.credential.id);

    await stranger.delete(`/auth/sessions/${id}`).expect(404);
    expect(await status(second)).toBe(200);
    await page.delete(`/auth/sessions/${id}`).expect(204);
    expect(await status(second)).toBe(401);
    await page.delete(`/auth/sessions/${id}`).expect(404);
  });

  it('ends all others at once, and by a new password, too', async () => {
    const user = await create();
    const [page, second, client] = [await browser(user), await browser(user), await apiClient(user)];
    const stranger = await browser(await create());
    await page.delete('/auth/sessions').expect(204);
    expect(await Promise.all([page, second, client, stranger].map(status))).toEqual([200, 401, 401, 200]);

    const third = await browser(user);
    const newPassword = `${PASSWORD} anew`;
    await page.put('/auth/password').send({ currentPassword: PASSWORD, newPassword }).expect(204);
    expect(await Promise.all([page, third, stranger].map(status))).toEqual([200, 401, 200]);
    await browser(user, newPassword);
    await anybody.post('/auth/login').send({ email: user.email, password: PASSWORD }).expect(401);
  });

  it('keeps their sessions when the new password is refused', async () => {
    const user = await create();
    const [page, second] = [await browser(user), await browser(user)];
    const change = { currentPassword: PASSWORD, newPassword: 'password' };
    const { body } = await page.put('/auth/password').send(change).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '#/body/newPassword' }]);
    expect(await status(second)).toBe(200);
  });
});

describe('SEC39 a refresh token', () => {
  it('is good once; seen again it ends the session, and the audit log is told', async () => {
    const user = await create();
    const client = await apiClient(user);
    const { body } = await refresh(client.refreshToken).expect(200);
    expect(await status(bearing(String(body.accessToken)))).toBe(200);
    // Another access token of the same session, which is as good as before.
    expect(await status(client)).toBe(200);

    await refresh(client.refreshToken).expect(401);
    expect(await status(bearing(String(body.accessToken)))).toBe(401);
    expect(await status(client)).toBe(401);
    await refresh(String(body.refreshToken)).expect(401);
    const rows = await auditOf('session.stolen', user);
    expect(rows).toMatchObject([{ outcome: 'denied', actorKind: 'user', actorId: user.id }]);
    expect(JSON.parse(rows[0]?.details ?? '')).toEqual({ session: claimsOf(client.accessToken).sid });
  });

  it('is taken by at most one of fifty at once, and nobody has a session after', async () => {
    const user = await create();
    const { refreshToken } = await apiClient(user);
    // Held, so that they are under way at once.
    const holding = await pool().connect();
    await holding.query('BEGIN');
    await holding.query('SELECT 1 FROM sessions WHERE user_id = $1 FOR UPDATE', [user.id]);
    const asked = Promise.all(Array.from({ length: 50 }, () => refresh(refreshToken)));
    const waiting = () => holding.query('SELECT 1 FROM pg_locks WHERE NOT granted');
    while (((await waiting()).rowCount ?? 0) < 5) await new Promise(setImmediate);
    await holding.query('COMMIT');
    holding.release();
    const answers = await asked;
    const won = answers.filter(({ status: answered }) => answered === 200);
    expect(won.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status: answered }) => answered === 401)).toHaveLength(50 - won.length);
    for (const { body } of won) {
      expect(await status(bearing(String(body.accessToken)))).toBe(401);
      await refresh(String(body.refreshToken)).expect(401);
    }
    expect(await auditOf('session.stolen', user)).toHaveLength(1);
    expect(api.reported).toEqual([]);
  });

  it("is refused when it is unknown, and ends nobody's session by that", async () => {
    const client = await apiClient(await create());
    const { refreshToken } = client;
    const mistyped = refreshToken.slice(0, -1) + (refreshToken.endsWith('0') ? '1' : '0');
    for (const other of [mistyped, refreshToken.toLowerCase(), `${refreshToken} `, 'pwr_', 'x']) {
      await refresh(other).expect(401);
    }
    expect(await status(client)).toBe(200);
    await refresh(refreshToken).expect(200);
  });

  it('SEC7 is no access token', async () => {
    const { refreshToken } = await apiClient(await create());
    expect(await status(bearing(refreshToken))).toBe(401);
  });
});
