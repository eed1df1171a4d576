import { afterEach, describe, expect, it } from '@jest/globals';
import { startReceiver } from '../../test/loopback-receiver.js';
import { createTracing, type TracingOptions } from './tracing.js';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code: number };
  events: { name: string; attributes: { key: string; value: Record<string, unknown> }[] }[];
}

interface Export {
  resourceSpans: { resource: Pick<SentSpan, 'attributes'>; scopeSpans: { spans: SentSpan[] }[] }[];
}

const service = { serviceName: 'pitwall', serviceVersion: '1.2.3', environment: 'test' };
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const SERVER = 2;
const ERROR = 2;

const read = ({ attributes }: Pick<SentSpan, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

async function start(options: Partial<TracingOptions> = {}, status?: number) {
  const receiver = await startReceiver(status);
  cleanUps.push(receiver.close);
  const tracing = await createTracing({ ...service, endpoint: `http://127.0.0.1:${receiver.port}`, ...options });
  const exports = () => receiver.received.map(({ body }) => JSON.parse(body) as Export);
  const spans = async () => {
    await tracing.shutdown();
    return exports().flatMap((sent) =>
      sent.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    );
  };
  return { tracing, receiver, exports, spans };
}

const incoming = { method: 'GET', headers: {} };
const answered = { route: '/api/v1/runs/{id}', status: 200 };

describe('with a collector', () => {
  it("sends a request's span over OTLP as http/json", async () => {
    const { tracing, receiver, exports, spans } = await start();

    const request = tracing.startRequest(incoming);
    request.end(answered);

    const [span, ...others] = await spans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({ name: 'GET /api/v1/runs/{id}', kind: SERVER, traceId: request.traceId });
    expect(span && read(span)).toEqual({
      'http.request.method': 'GET',
      'http.route': '/api/v1/runs/{id}',
      'http.response.status_code': 200,
    });
    expect(receiver.received).toMatchObject([{ url: '/v1/traces', headers: { 'content-type': 'application/json' } }]);
    const resource = exports()[0]?.resourceSpans[0]?.resource;
    expect(resource && read(resource)).toMatchObject({
      'service.name': 'pitwall',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
    });
  });

  it("carries on the caller's trace", async () => {
    const { tracing, spans } = await start();

    const request = tracing.startRequest({ method: 'POST', headers: { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` } });
    request.end(answered);

    expect(request.traceId).toBe(TRACE_ID);
    expect(await spans()).toMatchObject([{ traceId: TRACE_ID, parentSpanId: SPAN_ID, name: 'POST /api/v1/runs/{id}' }]);
  });

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-${SPAN_ID}-01`, `ff-${TRACE_ID}-${SPAN_ID}-01`])(
    'begins a trace of its own where the header is not valid: %j',
    async (traceparent) => {
      const { tracing, spans } = await start();

      tracing.startRequest({ method: 'GET', headers: { traceparent } }).end(answered);

      const [span] = await spans();
      expect(span?.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(span?.traceId).not.toBe(TRACE_ID);
      expect(span?.parentSpanId).toBeUndefined();
    },
  );

  it('ties the work to its request, across awaits, and the next service to both', async () => {
    const { tracing, spans } = await start();
    const request = tracing.startRequest(incoming);
    let headers: Record<string, string> = {};

    const inside = await request.run(async () => {
      await Promise.resolve();
      return tracing.traced('append.flush', { rows: 20 }, async () => {
        headers = tracing.outgoingHeaders();
        return tracing.currentTraceId();
      });
    });
    request.end(answered);

    expect(inside).toBe(request.traceId);
    expect(tracing.currentTraceId()).toBeUndefined();
    const sent = await spans();
    const [flush, server] = ['append.flush', 'GET /api/v1/runs/{id}'].map((name) =>
      sent.find((span) => span.name === name),
    );
    expect(flush).toMatchObject({ traceId: request.traceId, parentSpanId: server?.spanId });
    expect(flush && read(flush)).toEqual({ rows: 20 });
    expect(headers).toEqual({ traceparent: `00-${request.traceId}-${flush?.spanId}-01` });
  });

  it('gives work beside any request a trace of its own', async () => {
    const { tracing, spans } = await start();

    await tracing.traced('projector.batch', { events: 500 }, async () => undefined);

    expect(await spans()).toMatchObject([
      { name: 'projector.batch', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
  });

  it('marks what failed, keeps secrets out of it, and throws it on', async () => {
    const { tracing, receiver, spans } = await start();
    const error = new RangeError('postgres://pitwall:canary@db/pitwall refused');

    const work = tracing.traced('projector.batch', {}, () => Promise.reject(error));

    await expect(work).rejects.toBe(error);
    const [span] = await spans();
    expect(span).toMatchObject({ status: { code: ERROR }, events: [{ name: 'exception' }] });
    expect(span && read(span)).toEqual({ 'error.type': 'RangeError' });
    expect(receiver.received[0]?.body).not.toContain('canary');
  });

  it('takes 5xx for a failure and 4xx for an answer', async () => {
    const { tracing, spans } = await start();

    tracing.startRequest(incoming).end({ route: '/a', status: 404 });
    tracing.startRequest(incoming).end({ route: '/b', status: 503 });
    tracing.startRequest(incoming).end({ route: '/c', status: 500, error: new TypeError('bug') });

    const sent = await spans();
    const marked = sent.map((span) => [span.name, span.status.code, read(span)['error.type']]);
    expect(marked).toEqual([
      ['GET /a', 0, undefined],
      ['GET /b', ERROR, '503'],
      ['GET /c', ERROR, 'TypeError'],
    ]);
  });

  it('does not take span names from the caller', async () => {
    const { tracing, spans } = await start();

    tracing.startRequest({ method: 'BREW', headers: {} }).end({ route: undefined, status: 404 });

    const [span] = await spans();
    expect(span?.name).toBe('HTTP');
    expect(span && read(span)).toMatchObject({ 'http.request.method': '_OTHER' });
  });

  it('records the given share of the traces, and what the caller recorded', async () => {
    const { tracing, spans } = await start({ sampleRatio: 0 });

    const untold = tracing.startRequest(incoming);
    untold.end(answered);
    tracing.startRequest({ method: 'GET', headers: { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` } }).end(answered);

    expect(untold.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect((await spans()).map(({ traceId }) => traceId)).toEqual([TRACE_ID]);
  });

  it('tells when the collector does not take the spans, and ends all the same', async () => {
    const failures: unknown[] = [];
    const { tracing } = await start({ onExportFailed: (error) => failures.push(error) }, 400);

    tracing.startRequest(incoming).end(answered);
    await tracing.shutdown();

    expect(failures).toEqual([expect.any(Error)]);
  });
});

describe('without a collector', () => {
  it.each([undefined, ''])('runs the work and nothing else (%j)', async (endpoint) => {
    const tracing = await createTracing({ ...service, endpoint });
    const request = tracing.startRequest({ method: 'GET', headers: { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` } });

    expect(request.run(() => 42)).toBe(42);
    expect(await tracing.traced('name', {}, () => Promise.resolve(43))).toBe(43);
    await expect(tracing.traced('name', {}, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect([request.traceId, tracing.currentTraceId(), tracing.outgoingHeaders()]).toEqual([undefined, undefined, {}]);
    request.end(answered);
    await expect(tracing.shutdown()).resolves.toBeUndefined();
  });
});
