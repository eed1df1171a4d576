import { describe, expect, it } from '@jest/globals';
import type { ApiDocument } from '../../../scripts/security/dast/api-document.js';
import { readSamples, scanRequests } from '../../../scripts/security/dast/scan-requests.js';
import { parseSlowCsv, slowVerdict } from '../../../scripts/security/dast/slowhttptest.js';
import { requestLog, sqlmapVerdict } from '../../../scripts/security/dast/sqlmap.js';
import { faultsVerdict, parseTraffic, requestsBetween, untriedRoutes } from '../../../scripts/security/dast/traffic.js';
import { wapitiVerdict } from '../../../scripts/security/dast/wapiti.js';

const ID = '0198c0de-0000-7000-8000-000000000001';
const RUN = { id: ID, branch: 'main', status: 'failed', pipeline: { id: 'p' }, repository: { fullName: 'acme/shop' } };

describe('requests made of the OpenAPI document', () => {
  const answers = { '200': { content: { 'application/json': {} } } };
  const document: ApiDocument = {
    paths: {
      '/api/v1/runs': {
        get: {
          responses: answers,
          parameters: [
            { name: 'limit', in: 'query', schema: { type: 'integer', default: 20 } },
            { name: 'cursor', in: 'query', schema: { type: 'string' } },
            { name: 'branch', in: 'query', schema: { type: 'string' } },
            { name: 'tier', in: 'query', schema: { type: 'string', enum: ['staging'] } },
            { name: 'idempotency-key', in: 'header' },
          ],
        },
        post: { responses: answers },
      },
      '/api/v1/runs/{id}': { get: { responses: answers, parameters: [{ name: 'id', in: 'path' }] } },
      '/api/v1/live': {
        get: {
          responses: { '200': { content: { 'text/event-stream': {} } } },
          parameters: [{ name: 'q', in: 'query' }],
        },
      },
      '/api/v1/ingest': {
        post: { responses: answers, requestBody: { content: { 'application/json': { example: { type: 'sensor' } } } } },
      },
      '/api/v1/auth/login': { post: { responses: answers } },
    },
  };
  const fetchJson = async (path: string) =>
    path === '/api/v1/runs?limit=1' ? { items: [RUN], nextCursor: 'c1' } : undefined;

  it('SEC14 are one for each parameter of a GET, with values that rows have, and one for each body', async () => {
    const samples = await readSamples(fetchJson);
    const requests = await scanRequests(document, samples, { '/api/v1/auth/login': { email: 'a@b' } }, fetchJson);

    expect(samples).toMatchObject({
      branch: 'main',
      status: 'failed',
      pipeline: 'p',
      repository: 'acme/shop',
      run: ID,
    });
    expect(requests.map(({ method, path, body }) => [method, path, body].filter(Boolean).join(' '))).toEqual([
      'GET /api/v1/runs?limit=20',
      'GET /api/v1/runs?cursor=c1',
      'GET /api/v1/runs?branch=main',
      'GET /api/v1/runs?tier=staging',
      `GET /api/v1/runs/${ID}*`,
      'POST /api/v1/ingest {"type":"sensor"}',
      'POST /api/v1/auth/login {"email":"a@b"}',
    ]);
  });
});

describe('sqlmap', () => {
  const HEADER = 'Target URL,Place,Parameter,Technique(s),Note(s)\n';
  const get = { method: 'GET', route: '/runs', path: '/runs?q=a' } as const;
  const post = { method: 'POST', route: '/ingest', path: '/ingest', body: '{"a":1}' } as const;

  it('SEC14 is told methods, hosts and bodies', () => {
    const rule = '='.repeat(54);
    expect(requestLog('http://127.0.0.1:8000', [get, post])).toBe(
      `${rule}\nGET /runs?q=a HTTP/1.1\nHost: 127.0.0.1:8000\n\n${rule}\n\n` +
        `${rule}\nPOST /ingest HTTP/1.1\nHost: 127.0.0.1:8000\nContent-Type: application/json\n\n{"a":1}\n${rule}\n`,
    );
  });

  it('SEC14 fails for what it found, and not for what it refuted itself', () => {
    const found = 'http://127.0.0.1/runs?q=a,GET,q,BT,\n';
    const refuted = 'http://127.0.0.1/ingest,(custom) POST,JSON id,B,false positive or unexploitable\n';

    expect(sqlmapVerdict(HEADER, 2, 'f').outcome).toBe('passed');
    expect(sqlmapVerdict(HEADER + refuted, 2, 'f')).toMatchObject({ outcome: 'passed', details: [refuted.trim()] });
    expect(sqlmapVerdict(HEADER + refuted + found, 2, 'f').outcome).toBe('failed');
    expect(() => sqlmapVerdict('', 2, 'f')).toThrow();
  });

  it('SEC14 has tried nothing where the service saw no requests', () => {
    const before = new Map([['GET /runs 200', 5]]);
    const after = new Map([...before, ['GET /runs 200', 25], ['GET /runs 400', 80], ['POST /ingest 202', 9]]);

    expect(untriedRoutes([get, post], before, after, 10)).toEqual(['POST /ingest']);
    expect(untriedRoutes([get, post], before, before, 10)).toEqual(['GET /runs', 'POST /ingest']);
  });
});

describe('wapiti', () => {
  const finding = (info: string, level = 1) => ({ method: 'GET', path: '/', info, level });
  const always = ['X-XSS-Protection is not set', 'Strict-Transport-Security is not set'].map((info) => finding(info));
  const judge = (vulnerabilities: object, anomalies = {}) =>
    wapitiVerdict(JSON.stringify({ vulnerabilities: { Headers: always, ...vulnerabilities }, anomalies }), 'f');

  it('SEC50 fails above informational, for anomalies too', () => {
    expect(judge({ XSS: [] }).outcome).toBe('passed');
    expect(judge({ XSS: [finding('found', 0)] }).outcome).toBe('passed');
    expect(judge({ XSS: [finding('found')] }).outcome).toBe('failed');
    expect(judge({}, { 'Internal Server Error': [finding('500')] }).outcome).toBe('failed');
    expect(() => wapitiVerdict('{}', 'f')).toThrow();
  });

  it('SEC50 names what is accepted, and why; it did not look where that is not found', () => {
    expect(judge({}).details?.[0]).toMatch(/^Headers: GET \/ X-XSS-Protection is not set; accepted: /);
    expect(() => judge({ Headers: always.slice(1) })).toThrow('X-XSS-Protection');
  });
});

describe('slowhttptest', () => {
  const HEADER = 'Seconds,Closed,Pending,Connected,Service Available\n';
  const honest = { answered: 50, refused: [], p99: 12, socketsAtEnd: 100 };
  const attempt = { connections: 100, seconds: 4 };
  const judge = (csv: string, more: object = {}, of: object = {}) =>
    slowVerdict(parseSlowCsv(HEADER + csv), { ...attempt, ...of }, { ...honest, ...more });
  const opened = '0,0,1,0,100\n1,0,0,100,100\n';

  it('REL23 passes when all connections were made and cut, which is when it ends early', () => {
    expect(judge(opened)).toMatchObject({ outcome: 'passed', details: [] });
  });

  it('REL23 takes the word of the service for a client that still reads what the kernel has', () => {
    const toTheEnd = `${opened}4,0,0,100,100\n`;

    expect(judge(toTheEnd).details).toEqual(['100 of 100 connections were still held after 4 s']);
    expect(judge(toTheEnd, { socketsAtEnd: 3 }).outcome).toBe('passed');
  });

  it.each([
    ['few connections were made', '0,0,1,0,100\n1,0,0,40,100\n', {}],
    ['an honest request failed', opened, { refused: ['500'] }],
    ['nobody was answered', opened, { answered: 0, p99: NaN }],
    ['it did nothing', '0,0,1,0,100\n', {}],
  ])('REL23 fails when %s', (_, csv, more) => {
    expect(judge(csv, more).outcome).toBe('failed');
  });

  it('REL23 has nothing to attack where no ranges are answered', () => {
    expect(judge('0,0,1,0,100\n', {}, { optional: true }).outcome).toBe('passed');
  });

  it('throws for what is no such list', () => expect(() => parseSlowCsv('')).toThrow());
});

it('SEC28 counts the answers of 500 in the metrics', () => {
  const traffic = parseTraffic(
    'http_requests_total{method="GET",route="/api/v1/runs/{id}",status="200"} 7\n' +
      'http_requests_total{method="GET",route="/api/v1/runs/{id}",status="404"} 2\n' +
      'http_request_duration_seconds_sum{method="GET",route="/"} 3.5\n',
  );
  expect(requestsBetween(new Map(), traffic, 'GET', '/api/v1/runs/{id}')).toBe(9);
  expect(faultsVerdict(traffic)).toMatchObject({ outcome: 'passed', details: [] });
  expect(faultsVerdict(new Map([...traffic, ['GET / 503', 3]])).outcome).toBe('passed');
  expect(faultsVerdict(new Map([...traffic, ['GET / 500', 3]]))).toMatchObject({
    outcome: 'failed',
    details: ['3 times: GET / 500'],
  });
});
