import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { startApi } from '../../test/start-api.js';

const { api, adminToken, base, fetch, services, reported, lines } = startApi();

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];

/** From the contract itself, so that an endpoint that is added later is tested too. */
let paths: Record<string, Record<string, unknown>>;
beforeAll(async () => {
  paths = (await api.get('/api/openapi.json').expect(200)).body.paths;
});

/** `fetch` refuses to send TRACE. */
async function ask(method: string, path: string) {
  const [answer] = (await once(
    request(base() + path, { method, headers: { authorization: `Bearer ${adminToken()}` } }).end(),
    'response',
  )) as [IncomingMessage];
  answer.resume();
  return { status: answer.statusCode, allow: answer.headers.allow };
}

const filled = (path: string) => path.replace('{source}', 'github').replace(/\{\w+\}/g, randomUUID());

const allowOf = (operations: object) => {
  const methods = Object.keys(operations).map((method) => method.toUpperCase());
  return ['OPTIONS', ...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
};

describe('SEC32 every path', () => {
  it('is in the contract', () => {
    expect(Object.keys(paths).length).toBeGreaterThan(20);
  });

  it('answers OPTIONS with the methods that it has', async () => {
    for (const [path, operations] of Object.entries(paths)) {
      const answer = await ask('OPTIONS', filled(path));

      expect({ path, ...answer }).toEqual({ path, status: 204, allow: allowOf(operations) });
    }
  });

  it('answers 405 to the methods that it does not have, and says which it has', async () => {
    for (const [path, operations] of Object.entries(paths)) {
      const allow = allowOf(operations);
      for (const method of METHODS.filter((one) => !allow.split(', ').includes(one))) {
        const answer = await ask(method, filled(path));

        expect({ path, method, ...answer }).toEqual({ path, method, status: 405, allow });
      }
    }
  });
});

it('SEC32 documentation is there to be read, and for nothing else', async () => {
  const allow = 'GET, HEAD, OPTIONS';
  for (const path of ['/api/docs', '/api/docs/', '/api/docs/start.js', '/api/docs/swagger-ui.css']) {
    await api.get(path).expect(200);
    expect({ path, ...(await ask('OPTIONS', path)) }).toEqual({ path, status: 204, allow });
    for (const method of METHODS.filter((one) => one !== 'GET' && one !== 'HEAD')) {
      expect({ path, method, ...(await ask(method, path)) }).toEqual({ path, method, status: 405, allow });
    }
  }
});

it('SEC42 documentation shows nothing else of the package that it comes with', async () => {
  for (const file of [
    'package.json',
    'swagger-ui-bundle.js.map',
    'README.md',
    'index.html',
    '..%2fpackage.json',
    '.x',
  ]) {
    await api.get(`/api/docs/${file}`).expect(404);
  }
});

it('SEC32 methods that no address has are refused also where nothing is', async () => {
  for (const path of ['/nothing', '/robots.txt', '/api/nothing', '/api/v1/nothing', '/.well-known/nothing']) {
    for (const method of ['TRACE', 'PROPFIND', 'QUERY', 'LOCK']) {
      expect({ path, method, ...(await ask(method, path)) }).toEqual({
        ...{ path, method, status: 405, allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' },
      });
    }
  }
});

it('answers what is nowhere with a problem', async () => {
  for (const path of ['/nothing', '/pipelines/a/b', '/api/v2/runs', '/api', '/api/v1']) {
    const { status, type, body, headers } = await api.get(path);

    expect({ path, status, type }).toEqual({ path, status: 404, type: 'application/problem+json' });
    expect(body).toMatchObject({ type: '/problems/not-found', status: 404, requestId: headers['x-request-id'] });
  }
});

it('explains each type of problem at its address', async () => {
  const { body } = await api.get('/nothing');

  const explained = await fetch(body.type);

  expect({ status: explained.status, ...((await explained.json()) as object) }).toMatchObject({
    ...{ type: body.type, title: body.title, status: 404 },
  });
  expect((await fetch('/problems/made-up')).status).toBe(404);
});

it('answers HEAD like GET, without the body', async () => {
  for (const path of ['/api/v1/pipelines', '/api/v1/ingest/stats', '/health', '/metrics', '/api/openapi.json']) {
    const get = await fetch(path);
    const head = await fetch(path, { method: 'HEAD' });

    expect({ path, status: head.status, type: head.headers.get('content-type') }).toEqual({
      ...{ path, status: 200, type: get.headers.get('content-type') },
    });
    expect(await head.text()).toBe('');
    await get.text();
  }
});

describe('SEC33 the form of the answer', () => {
  it.each([
    ['/runs', 'text/html'],
    ['/live', 'application/json'],
    ['/metrics', 'application/json'],
    ['/ingest/stats', 'image/*;q=1, text/*'],
  ])('of %s is not %s: 406', async (path, accept) => {
    await api.get(path).set('Accept', accept).expect(406);
  });

  it.each(['application/json', '*/*', 'application/*', 'text/html, application/json;q=0.1', 'TEXT/HTML, */*;q=0.1'])(
    'is JSON for %s',
    async (accept) => {
      const { headers } = await api.get('/runs').set('Accept', accept).expect(200);

      expect(headers['content-type']).toBe('application/json; charset=utf-8');
    },
  );

  it('of a problem has a charset, whatever was asked for', async () => {
    const { headers } = await api.get('/nothing').set('Accept', 'text/html');

    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });
});

describe('the id of a request', () => {
  it('is the one that was given', async () => {
    const { headers, body } = await api.get('/nothing').set('X-Request-Id', 'from-the-proxy_1.2');

    expect(headers['x-request-id']).toBe('from-the-proxy_1.2');
    expect(body.requestId).toBe('from-the-proxy_1.2');
  });

  it.each(['short', 'x'.repeat(65), 'a b c d e f', '"><script>alert(1)</script>', '../../../etc/passwd', 'a, b, c, d'])(
    'is ours where it is %j',
    async (given) => {
      const { headers } = await api.get('/nothing').set('X-Request-Id', given);

      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is another one for each request', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.get('/nothing')));

    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(10);
  });
});

describe('SEC28 a failure that nobody foresaw', () => {
  const secret = 'SELECT secret FROM sources -- at repository.ts:42';

  it('is a 500 that says nothing of it, is reported once, and the process lives', async () => {
    const { runs } = services();
    const list = runs.list.bind(runs);
    runs.list = () => Promise.reject(new Error(secret));

    const { status, headers, body, text } = await api.get('/runs').set('X-Request-Id', 'the-broken-one');

    runs.list = list;
    expect(status).toBe(500);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      ...{ type: 'about:blank', title: 'Internal Server Error', status: 500, requestId: 'the-broken-one' },
    });
    expect(text).not.toMatch(/SELECT|\.ts|stack/);
    expect(reported).toHaveLength(1);
    expect(lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(1);
    await api.get('/runs').expect(200);
  });

  it.each([
    ['thrown before anything is awaited', new TypeError('x is undefined')],
    ['that is no Error', 'a string'],
    ['that is undefined', undefined],
  ])('is a 500 also %s', async (_what, thrown) => {
    const { jobs } = services();
    const list = jobs.list.bind(jobs);
    jobs.list = () => {
      throw thrown;
    };

    const { status } = await api.get('/jobs');

    jobs.list = list;
    expect(status).toBe(500);
  });

  it('is a 503 where the database is at fault, with when to come again', async () => {
    const { jobs } = services();
    const list = jobs.list.bind(jobs);
    jobs.list = () => Promise.reject(Object.assign(new Error('refused 10.0.0.7'), { code: 'ECONNREFUSED' }));

    const { status, headers, text } = await api.get('/jobs');

    jobs.list = list;
    expect({ status, again: headers['retry-after'] }).toEqual({ status: 503, again: '5' });
    expect(text).not.toContain('10.0.0.7');
    expect(reported).toEqual([]);
  });
});
