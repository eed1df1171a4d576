import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { callerOf, impostors } from '../test/cast.js';
import { named, operations, pathOf, requestOf, send } from '../test/operations.js';
import { startApi, unique } from '../test/start-api.js';
import { endpoint, type Endpoint } from './http/endpoint.js';
import { mount } from './http/mount.js';

const started = startApi();
const { api, base, clock, connections } = started;

interface Layer {
  route?: { path: string };
  handle?: { stack?: Layer[] };
}

const get = (path: string, headers: Record<string, string> = {}) =>
  send(base() + path, { headers, redirect: 'manual' });

describe('SEC1 beside the endpoints', () => {
  it('nothing has a route but the documentation', () => {
    const routesOf = (stack: Layer[]): string[] =>
      stack.flatMap(({ route, handle }) => [...(route ? [route.path] : []), ...routesOf(handle?.stack ?? [])]);
    const { stack } = started.app().router as unknown as { stack: Layer[] };

    expect([...new Set(routesOf(stack))].sort()).toEqual(['/', '/openapi.json', '/start.js']);
  });

  it('nothing is found by nobody where people look first, nor near what there is', async () => {
    const parents = operations.flatMap(({ path }) =>
      path.split('/').map((_, at, all) => all.slice(0, at + 1).join('/')),
    );
    const near = operations.flatMap((operation) => {
      const path = pathOf(operation);
      return [
        `${path}/`,
        path.toUpperCase(),
        `/${path}`,
        path.replaceAll('/', '//'),
        `${path}.json`,
        `${path};x=1`,
        `${path}%20`,
      ];
    });
    const first = [
      'api',
      'v1',
      'v2',
      'api/v2',
      'admin',
      'debug',
      'internal',
      'graphql',
      'swagger',
      'swagger.json',
      'env',
    ];
    const others = [
      '.env',
      '.git/HEAD',
      'server-status',
      'actuator',
      'console',
      'api-docs',
      'openapi.json',
      'package.json',
    ];
    const declared = new Set(operations.filter(({ method }) => method === 'get').map(({ path }) => path));

    const paths = new Set(['/', ...parents, ...near, ...[...first, ...others].map((path) => `/${path}`)]);
    for (const path of paths) {
      if (path === '' || declared.has(path)) continue;
      const { status } = await get(path);
      // What is there for another method or behind a parameter says so; nothing is shown.
      expect({ path, shown: ![400, 401, 404, 405].includes(status) }).toEqual({ path, shown: false });
    }
    expect(paths.size).toBeGreaterThan(400);
  });
});

const DOCS = ['/api/openapi.json', '/api/docs', '/api/docs/', '/api/docs/start.js', '/api/docs/swagger-ui.css'];

describe('SEC1 the documentation', () => {
  it.each(DOCS)('at %s is for those who may read', async (path) => {
    for (const role of ['viewer', 'maintainer', 'admin'] as const) {
      for (const credential of ['session', 'jwt', 'read token', 'write token', 'admin token'] as const) {
        expect(await get(path, await callerOf(started, role, credential))).toMatchObject({ status: 200 });
      }
      expect(await get(path, await callerOf(started, role, 'ingest token'))).toMatchObject({ status: 403 });
    }
    for (const [what, headers] of Object.entries({ 'no credential': {}, ...(await impostors(started)) })) {
      expect({ what, ...(await get(path, headers)) }).toMatchObject({ what, status: 401 });
    }
  });

  it('is not to be had by another spelling of its address', async () => {
    const spellings = ['/API/DOCS', '/api/DOCS/', '/API/openapi.json', '/api/openapi.JSON', '/api/openapi.json/'];
    const encoded = [
      '/api/%64ocs',
      '/api/docs/%2e%2e/openapi.json',
      '/api//openapi.json',
      '//api/openapi.json',
      '/api/docs//start.js',
    ];
    for (const path of [...spellings, ...encoded]) {
      const { status } = await get(path);
      expect({ path, kept: [401, 404].includes(status) }).toEqual({ path, kept: true });
    }
  });

  it('leads a browser that is nobody to the page for signing in, and back', async () => {
    for (const headers of [{}, { cookie: 'pitwall=forged' }]) {
      const { status, headers: sent } = await get('/api/docs?x=//evil.example', {
        ...headers,
        accept: 'text/html,*/*;q=0.8',
      });

      expect({ status, to: sent.get('location') }).toEqual({
        ...{ status: 302, to: '/signin?next=%2Fapi%2Fdocs%3Fx%3D%2F%2Fevil.example' },
      });
    }
  });

  it('SEC27 leaves a row of whoever tries without the access', async () => {
    const requestId = randomUUID();
    // In one minute, an address leaves so many denials in the audit log and no more.
    clock.now = new Date(clock.now.getTime() + 10 * 60_000);
    await get('/api/docs/start.js', { cookie: 'pitwall=forged', 'x-request-id': requestId });

    const { rows } = await connections().pool.query('SELECT * FROM audit_entries WHERE request_id = $1', [requestId]);
    expect(rows).toMatchObject([{ action: 'access.denied', outcome: 'denied', target_id: 'GET /api/docs' }]);
  });
});

describe('SEC1 an endpoint', () => {
  const sound = endpoint({
    ...{ method: 'post', path: '/made-up', tag: 'Test', summary: 'Test', access: 'admin', rate: 'default' },
    ...{ audit: 'made.up', request: {}, response: { status: 204 }, errors: [], handle: async () => undefined },
  });
  const start = (changed: Partial<Endpoint>) => () => {
    const endpoints = [{ ...sound, ...changed }];
    return mount([{ root: '', endpoints }], { protection: started.services().protection, checkReadyAnswers: true });
  };

  it('that declares who may call it, how often, and its name in the audit log is served', () => {
    expect(start({})).not.toThrow();
  });

  it.each<[string, object]>([
    ['who may call it', { access: undefined }],
    ['who may call it', { access: 'everybody' }],
    ['its rate class', { rate: undefined }],
    ['its rate class', { rate: 'unlimited' }],
    ...(['public', 'viewer', 'maintainer', 'admin', 'person'] as const).map((access): [string, object] => [
      'what the audit log calls it',
      { access, audit: undefined },
    ]),
  ])('that does not declare %s is not served: %j', (what, changed) => {
    expect(start(changed)).toThrow(`post /made-up does not declare ${what}.`);
  });

  it('that is there twice is not served', () => {
    const endpoints = [sound, sound];
    const options = { protection: started.services().protection, checkReadyAnswers: true };
    expect(() => mount([{ root: '', endpoints }], options)).toThrow('There are two routes POST /made-up.');
  });
});

describe('SEC13 what machines call', () => {
  it('a hook asks for nobody, whatever the request carries', async () => {
    const { protection } = started.services();
    const { identify } = protection;
    const asked: unknown[] = [];
    protection.identify = (request) => (asked.push(request), identify(request));
    const { body } = await api.post('/sources').send({ name: unique('hook'), kind: 'github' });
    asked.length = 0;

    const hook = operations.find(({ access }) => access === 'signed');
    if (!hook) throw new Error('There is no hook.');
    for (const headers of [{}, ...Object.values(await impostors(started))]) {
      const answer = await send(base() + pathOf(hook, { source: body.name }), requestOf(hook, headers, {}));
      expect({ status: answer.status, cookie: answer.headers.get('set-cookie') }).toEqual({
        status: 401,
        cookie: null,
      });
    }

    protection.identify = identify;
    expect(asked).toEqual([]);
  });

  it.each(named(operations.filter(({ access }) => access === 'ingest')))(
    '%s looks at no cookie beside a token',
    async (_name, operation) => {
      const token = await callerOf(started, 'maintainer', 'ingest token');
      for (const cookie of ['pitwall=forged', (await callerOf(started, 'viewer', 'session')).cookie ?? '']) {
        const { status, headers } = await send(base() + operation.path, requestOf(operation, { ...token, cookie }));
        expect({ status, cookie: headers.get('set-cookie') }).toEqual({ status: 202, cookie: null });
      }
    },
  );
});
