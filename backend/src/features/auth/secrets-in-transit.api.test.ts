import { describe, expect, it } from '@jest/globals';
import { PASSWORD, people, WRONG_PASSWORD } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';

const api = startApi();
const { create, browser, apiClient, bearing, logIn, anybody, refresh } = people(api);

describe('SEC35 a token in an address', () => {
  const names = ['access_token', 'token', 'api_key', 'apikey', 'authorization', 'auth', 'key', 'session', 'pitwall'];

  it.each(names)('as %s lets nobody in', async (name) => {
    const client = await apiClient(await create());
    for (const secret of [api.adminToken(), client.accessToken, client.refreshToken]) {
      for (const path of ['/auth/me', '/runs', '/live', '/api/docs/']) {
        const { status } = await anybody.get(`${path}?${name}=${secret}`);
        expect({ path, status }).toEqual({ path, status: 401 });
      }
    }
  });

  it('is refused beside one in the header, too, where it stands for nothing', async () => {
    const { body } = await api.api.get(`/runs?access_token=${api.adminToken()}`).expect(400);
    expect(JSON.stringify(body)).not.toContain(api.adminToken());
  });

  it('or in a form lets nobody in', async () => {
    const { status } = await anybody.post('/ingest').type('form').send({ access_token: api.adminToken() });
    expect(status).toBe(401);
  });
});

describe('SEC34 nothing keeps', () => {
  it('an answer that hands out a secret, or that depends on who asks', async () => {
    const user = await create('admin');
    const page = await browser(user);
    const client = await apiClient(user);
    const answers = {
      login: await logIn(user.email),
      session: await logIn(user.email, PASSWORD, 'session'),
      refresh: await refresh(client.refreshToken),
      me: await page.get('/auth/me'),
      sessions: await page.get('/auth/sessions'),
      token: await page.post('/tokens').send({ name: 'x', scopes: ['read'] }),
      tokens: await page.get('/tokens'),
      runs: await page.get('/runs'),
      users: await page.get('/users'),
      refused: await anybody.get('/auth/me'),
      wrong: await logIn(user.email, WRONG_PASSWORD),
      concealed: await bearing(api.adminToken()).get('/users/nobody'),
      document: await page.get('/api/openapi.json'),
      redirect: await anybody.get('/api/docs/').set('Accept', 'text/html').redirects(0),
      logout: await page.post('/auth/logout'),
    };
    for (const [what, { headers }] of Object.entries(answers)) {
      expect({ what, kept: headers['cache-control'] }).toEqual({ what, kept: 'no-store' });
    }
    expect(answers.redirect.status).toBe(302);
    expect(answers.redirect.headers.location).toBe('/signin?next=%2Fapi%2Fdocs%2F');
  });
});

it('SEC6 the page for signing in is on this host, whatever is asked for', async () => {
  for (const path of [
    '/api/docs//evil.example',
    '/api/docs/?next=https://evil.example',
    '/api/docs/%0d%0aSet-Cookie:x=y',
  ]) {
    const { status, headers } = await anybody.get(path).set('Accept', 'text/html').redirects(0);
    expect({ path, status }).toEqual({ path, status: 302 });
    expect(headers.location).toMatch(/^\/signin\?next=%2Fapi%2Fdocs%2F[^/]*$/);
    expect(headers).not.toHaveProperty('set-cookie');
  }
});
