import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { startApi, unique } from '../../test/start-api.js';

const { api, base, lines } = startApi();

/** Sends bytes that a client of good manners would not. */
async function send(request: string): Promise<string> {
  const socket = connect(Number(new URL(base()).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.write(Buffer.from(request, 'latin1'));
  await once(socket, 'close');
  return answer;
}

async function linesWith(token: string): Promise<string[]> {
  while (!lines.some((line) => line.includes(token))) await new Promise((resolve) => setTimeout(resolve, 5));
  return lines.filter((line) => line.includes(token));
}

const request = (path: string, headers: string[] = []) =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n');

it.each([
  ['CR LF, encoded', (token: string) => request(`/${token}%0d%0a{"level":"error","forged":1}`)],
  ['ANSI codes, encoded', (token: string) => request(`/${token}%1b[31mred`)],
  ['line separators in the user agent', (token: string) => request(`/${token}`, ['User-Agent: a\xe2\x80\xa8b\x85c'])],
  ['a TAB in the user agent', (token: string) => request(`/${token}`, ['User-Agent: a\tb'])],
  ['quotes and braces', (token: string) => request(`/${token}","level":"error`, ['User-Agent: "}{"forged":"1'])],
])('SEC26 is one line of JSON for a request with %s', async (_what, requestWith) => {
  const token = unique('token');

  await send(requestWith(token));
  const [line, ...more] = await linesWith(token);

  expect(more).toEqual([]);
  const entry = JSON.parse(String(line)) as Record<string, unknown>;
  expect(entry).toMatchObject({ level: 'info', message: 'request', method: 'GET' });
  expect(entry).not.toHaveProperty('forged');
  // eslint-disable-next-line no-control-regex
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
});

it.each([
  ['a path with bytes above ASCII', request('/\xe9\xe2\x80\xa8')],
  ['a path with ANSI codes', request('/\x1b[31mred')],
  ['a header with ANSI codes', request('/', ['User-Agent: \x1b[31mred'])],
])('SEC26 never comes to %s: HTTP refuses it', async (_what, text) => {
  expect(await send(text)).toMatch(/^HTTP\/1\.1 400 /);
});

it('has the route of each request that found one, refused or not, and never its query', async () => {
  const secret = unique('secret');
  await api.get(`/runs?branch=${secret}`).expect(200);
  await api.get(`/runs?token=${secret}`).expect(400);
  await api.post('/ingest').set('Content-Type', 'text/plain').send(secret).expect(415);
  await api
    .post('/ingest')
    .set('Content-Type', 'application/json')
    .send(`"${'x'.repeat(1024 * 1024)}"`)
    .expect(413);
  while (lines.filter((line) => line.includes('"message":"request"')).length < 4)
    await new Promise((resolve) => setTimeout(resolve, 5));

  const entries = lines.map((line) => JSON.parse(line) as { route: string; status: number });
  expect(entries.map(({ route, status }) => [status, route])).toEqual([
    [200, '/api/v1/runs'],
    [400, '/api/v1/runs'],
    [415, '/api/v1/ingest'],
    [413, '/api/v1/ingest'],
  ]);
  expect(lines.join()).not.toContain(secret);
});
