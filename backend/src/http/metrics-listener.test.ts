import { afterEach, expect, it } from '@jest/globals';
import { metricsListener } from './metrics-listener.js';
import { listen, type HttpServer } from './server.js';

const TOKEN = 'm'.repeat(40);
const FIGURES = 'up 1\n';

const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
});

async function scrape(path: string, init?: RequestInit, expose = async () => FIGURES): Promise<Response> {
  const options = { token: TOKEN, contentType: 'text/plain; version=0.0.4', expose };
  const server = await listen(metricsListener(options), { host: '127.0.0.1', port: 0 });
  servers.push(server);
  return fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

it('shows the figures to whoever has the token', async () => {
  const answer = await scrape('/metrics', withToken(TOKEN));

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.text()).toBe(FIGURES);
});

it.each([
  ['no token', undefined],
  ['another', withToken('x'.repeat(40))],
  ['a part of it', withToken(TOKEN.slice(1))],
  ['more than it', withToken(`${TOKEN}m`)],
  ['it without its scheme', { headers: { authorization: TOKEN } }],
])('shows nothing for %s', async (_what, init) => {
  const answer = await scrape('/metrics', init);

  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(await answer.text()).toBe('');
});

it('has nothing but figures, and only for reading', async () => {
  expect((await scrape('/api/v1/runs', withToken(TOKEN))).status).toBe(404);
  expect((await scrape('/metrics', { method: 'POST', ...withToken(TOKEN) })).status).toBe(405);
});

it('says when there are none, and lives on', async () => {
  const answer = await scrape('/metrics?x=1', withToken(TOKEN), () => Promise.reject(new Error('of a collector')));

  expect(answer.status).toBe(500);
  expect(await answer.text()).toBe('');
});
