import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { startApi, unique } from '../../test/start-api.js';

const PUBLIC = 'https://ci.example.com';
const DASHBOARD = 'https://dash.example.com';

/** As it starts without any setting: for this machine alone. */
const local = startApi();
/** Behind a proxy on this machine, for everybody. */
const open = startApi({
  env: { HOST: '0.0.0.0', PUBLIC_URL: PUBLIC, FORCE_HTTPS: 'true', TRUST_PROXY: '127.0.0.1', CORS_ORIGINS: DASHBOARD },
});
/** The proxy that is trusted is not the one that connects. */
const elsewhere = startApi({ env: { TRUST_PROXY: '10.0.0.0/8' } });

interface Asked {
  method?: string;
  headers?: Record<string, string>;
}

/** `fetch` would not send a Host or an Origin of our choice. */
async function ask(api: Pick<typeof local, 'base' | 'adminToken'>, path: string, { method, headers }: Asked = {}) {
  const authorization = `Bearer ${api.adminToken()}`;
  const asked = request(api.base() + path, { agent: false, method, headers: { authorization, ...headers } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return { status: answer.statusCode, headers: answer.headers };
}

const HTTPS = { 'X-Forwarded-Proto': 'https' };

describe('SEC23 SEC34 every answer of the API', () => {
  const POLICY = "default-src 'none';frame-ancestors 'none'";

  it.each<[number, string, Asked]>([
    [200, '/api/v1/runs', {}],
    [200, '/health', {}],
    [200, '/metrics', {}],
    [200, '/api/openapi.json', {}],
    [204, '/api/v1/runs', { method: 'OPTIONS' }],
    [400, '/api/v1/runs?x=1', {}],
    [401, '/api/v1/runs', { headers: { authorization: '' } }],
    [404, '/api/v1/nothing', {}],
    [404, '/nothing', {}],
    [405, '/api/v1/runs', { method: 'TRACE' }],
    [406, '/api/v1/runs', { headers: { Accept: 'text/html' } }],
    [415, '/api/v1/ingest', { method: 'POST' }],
    [421, '/api/v1/runs', { headers: { Host: 'evil.example' } }],
  ])('has the security headers: %d for %s', async (status, path, options) => {
    const { headers, ...answer } = await ask(local, path, options);

    expect(answer).toEqual({ status });
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('insists on https where that is the public address', async () => {
    for (const path of ['/health', '/api/v1/runs', '/api/docs', '/nothing']) {
      const { headers } = await ask(open, path, { headers: HTTPS });

      expect(headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains');
    }
  });

  it('SEC35 gives no address away by a referrer, nor do the pages', async () => {
    for (const path of ['/api/v1/runs', '/api/docs', '/api/docs/start.js']) {
      expect((await ask(local, path)).headers['referrer-policy']).toBe('no-referrer');
    }
  });
});

describe('the host that a request is for', () => {
  it.each(['localhost', 'LOCALHOST:8000', 'localhost:1', '127.0.0.1', '127.0.0.1:9', '[::1]', '[::1]:8000'])(
    'is served as %s, where only this machine connects',
    async (Host) => {
      expect(await ask(local, '/health', { headers: { Host } })).toMatchObject({ status: 200 });
    },
  );

  it.each([
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'x@localhost',
    '[::2]',
    ':80',
  ])('is not served as %s, which may be a name that was pointed at this machine', async (Host) => {
    for (const path of ['/health', '/api/v1/runs', '/api/docs', '/']) {
      expect(await ask(local, path, { headers: { Host } })).toMatchObject({ status: 421 });
    }
  });

  it('is whatever the proxy says, where others connect too', async () => {
    expect(await ask(open, '/health', { headers: { Host: '10.1.2.3:8000', ...HTTPS } })).toMatchObject({ status: 200 });
  });

  it('SEC22 never gets into an answer', async () => {
    const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Prefix': '/evil' };
    for (const path of ['/', '/runs?x=1', '/api/docs', '/api/v1/runs']) {
      const answer = await ask(open, path, { headers });

      expect(answer.status).toBe(308);
      expect(answer.headers.location).toBe(PUBLIC + path);
      expect(JSON.stringify(answer.headers)).not.toContain('evil');
    }
  });
});

describe('SEC22 the address of a caller', () => {
  const FORGED = {
    'X-Forwarded-For': '6.6.6.6',
    'X-Real-IP': '6.6.6.6',
    'X-Client-IP': '6.6.6.6',
    'CF-Connecting-IP': '6.6.6.6',
    'True-Client-IP': '6.6.6.6',
    Forwarded: 'for=6.6.6.6',
  };

  async function remoteOf(api: typeof local, headers: Record<string, string>) {
    const path = `/health/${unique('remote')}`;
    await ask(api, path, { headers });
    while (!api.lines.some((line) => line.includes(path))) await new Promise((resolve) => setTimeout(resolve, 5));
    const line = String(api.lines.find((one) => one.includes(path)));
    expect(line).not.toContain('6.6.6.6');
    return (JSON.parse(line) as { remote: string }).remote;
  }

  it('is the one that connects, whatever its headers say', async () => {
    expect(await remoteOf(local, FORGED)).toBe('127.0.0.1');
    expect(await remoteOf(elsewhere, FORGED)).toBe('127.0.0.1');
  });

  it('is the last one that a trusted proxy did not add itself', async () => {
    expect(await remoteOf(open, { ...FORGED, 'X-Forwarded-For': '6.6.6.6, 203.0.113.9' })).toBe('203.0.113.9');
    expect(await remoteOf(open, { ...FORGED, 'X-Forwarded-For': '6.6.6.6, 203.0.113.9, 127.0.0.1' })).toBe(
      '203.0.113.9',
    );
  });
});

describe('SEC31 a page of another origin', () => {
  const PREFLIGHT = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' };
  const cors = (headers: Record<string, unknown>) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control'));

  it('may read, where its origin was named', async () => {
    for (const path of ['/api/v1/runs', '/api/v1/nothing', '/api/openapi.json']) {
      const { headers } = await ask(open, path, { headers: { Origin: DASHBOARD, ...HTTPS } });

      expect(headers).toMatchObject({ 'access-control-allow-origin': DASHBOARD, vary: 'Origin' });
      expect(headers['access-control-expose-headers']).toBe(
        'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Location, ETag',
      );
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('may ask beforehand what it may send', async () => {
    const { status, headers } = await ask(open, '/api/v1/runs', {
      ...{ method: 'OPTIONS', headers: { Origin: DASHBOARD, ...PREFLIGHT, ...HTTPS } },
    });

    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': DASHBOARD,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, X-Request-Id',
      'access-control-max-age': '7200',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each([
    'null',
    '*',
    PUBLIC,
    'http://dash.example.com',
    'https://dash.example.com:8443',
    'https://dash.example.com/',
    'https://DASH.example.com',
    'https://dash.example.com.evil.example',
    'https://evildash.example.com',
    'https://evil.example',
    `${DASHBOARD}, ${DASHBOARD}`,
  ])('may not, where it is %s', async (Origin) => {
    const read = await ask(open, '/api/v1/runs', { headers: { Origin, ...HTTPS } });
    const asked = await ask(open, '/api/v1/runs', { method: 'OPTIONS', headers: { Origin, ...PREFLIGHT, ...HTTPS } });

    expect([...cors(read.headers), ...cors(asked.headers)]).toEqual([]);
    expect([read.headers.vary, asked.headers.vary]).toEqual(['Origin', 'Origin']);
  });

  it('may not read what is no part of the API', async () => {
    for (const path of ['/health', '/metrics', '/']) {
      expect(cors((await ask(open, path, { headers: { Origin: DASHBOARD, ...HTTPS } })).headers)).toEqual([]);
    }
  });

  it('may not at all, where none was named', async () => {
    for (const Origin of [DASHBOARD, 'http://localhost:8000', 'null']) {
      for (const method of ['GET', 'OPTIONS']) {
        expect(cors((await ask(local, '/api/v1/runs', { method, headers: { Origin, ...PREFLIGHT } })).headers)).toEqual(
          [],
        );
      }
    }
  });
});

describe('SEC12 a session of a browser', () => {
  const PAGE = { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:8000' };
  const newSource = () => JSON.stringify({ name: unique('source'), kind: 'github' });
  const post = async (headers: Record<string, string>, body = newSource()) => {
    const { headers: signedIn } = await local.signIn('admin');
    const { cookie } = signedIn;
    const answer = await fetch(`${local.base()}/api/v1/sources`, {
      ...{ method: 'POST', body, headers: { cookie, 'Content-Type': 'application/json', ...headers } },
    });
    return { status: answer.status, cookie, detail: ((await answer.json()) as { detail?: string }).detail };
  };

  it('changes what the pages of Pitwall change', async () => {
    expect(await post(PAGE)).toMatchObject({ status: 201 });
  });

  it.each<[string, Record<string, string>]>([
    ['of another origin', { Origin: 'https://evil.example' }],
    ['of another port', { ...PAGE, Origin: 'http://localhost:3000' }],
    ['of no origin', { Origin: 'null' }],
    ['with a text', { ...PAGE, 'Content-Type': 'text/plain' }],
    ['with a form', { ...PAGE, 'Content-Type': 'application/x-www-form-urlencoded' }],
  ])('changes nothing for a page %s', async (_what, headers) => {
    const { rows: before } = await local.connections().pool.query('SELECT id FROM sources');
    expect(await post(headers)).toMatchObject({ status: 403 });
    expect((await local.connections().pool.query('SELECT id FROM sources')).rows).toEqual(before);
  });
});
