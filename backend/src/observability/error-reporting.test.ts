import { afterEach, describe, expect, it } from '@jest/globals';
import { startReceiver } from '../../test/loopback-receiver.js';
import { createErrorReporter } from './error-reporting.js';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

interface SentEvent extends Record<string, unknown> {
  tags: Record<string, unknown>;
  exception: { values: { type: string; value: string; stacktrace: { frames: Record<string, unknown>[] } }[] };
}

async function start(status?: number) {
  const receiver = await startReceiver(status);
  cleanUps.push(receiver.close);
  const dsn = `http://pub@127.0.0.1:${receiver.port}/1`;
  const reporter = await createErrorReporter({ dsn, environment: 'test', release: 'pitwall@1.2.3' });
  // An envelope is lines of JSON: its header, then a header and a payload for each item.
  const events = () => receiver.received.map(({ body }) => JSON.parse(body.split('\n')[2] ?? '') as SentEvent);
  return { reporter, receiver, events };
}

describe('with a DSN', () => {
  it('sends the error with its causes, the request id and the route', async () => {
    const { reporter, receiver, events } = await start();
    const error = new TypeError('undefined is not a function', { cause: new RangeError('the cause') });

    reporter.report(error, { requestId: 'r-1', traceId: 't-1', method: 'GET', route: '/runs/{id}', status: 500 });
    await reporter.close(2000);

    expect(receiver.received.map(({ url }) => url.split('?')[0])).toEqual(['/api/1/envelope/']);
    const [event] = events();
    expect(event).toMatchObject({ environment: 'test', release: 'pitwall@1.2.3', transaction: 'GET /runs/{id}' });
    expect(event?.tags).toEqual({ requestId: 'r-1', traceId: 't-1', method: 'GET', route: '/runs/{id}', status: 500 });
    expect(event?.exception.values.map(({ type }) => type).sort()).toEqual(['RangeError', 'TypeError']);
    const frames = event?.exception.values.flatMap(({ stacktrace }) => stacktrace.frames) ?? [];
    expect(frames.some(({ filename }) => String(filename).includes('error-reporting.test'))).toBe(true);
  });

  it('sends nothing that is personal or secret', async () => {
    const { reporter, receiver, events } = await start();
    const error = Object.assign(new Error('postgres://pitwall:canary@db/pitwall: Bearer canarycanary'), {
      headers: { cookie: 'canary' },
      body: 'canary',
      request: { headers: { authorization: 'canary' } },
    });

    reporter.report(error, { requestId: 'r-1' });
    await reporter.close(2000);

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.body).not.toContain('canary');
    for (const personal of ['request', 'user', 'breadcrumbs', 'server_name', 'extra']) {
      expect(events()[0]).not.toHaveProperty(personal);
    }
  });

  it('takes whatever was thrown', async () => {
    const { reporter, events } = await start();

    reporter.report('a string', { route: undefined });
    reporter.report(undefined);
    await reporter.close(2000);

    expect(events().map(({ exception }) => exception.values[0]?.value)).toContain('a string');
  });

  it('does not mind a receiver that is gone', async () => {
    const { reporter, receiver } = await start();
    await receiver.close();

    reporter.report(new Error('x'));

    await expect(reporter.close(500)).resolves.toBeUndefined();
  });

  it.each(['not a dsn', 'https://host/1', 'https://pub@host/', 'ftp://pub@host/1'])('is refused: %s', async (dsn) => {
    const options = { dsn, environment: 'test', release: '1' };

    await expect(createErrorReporter(options)).rejects.toThrow('DSN');
  });
});

describe('without a DSN', () => {
  it.each([undefined, ''])('does nothing (%j)', async (dsn) => {
    const reporter = await createErrorReporter({ dsn, environment: 'test', release: '1' });

    expect(reporter.report(new Error('x'), { requestId: 'r-1' })).toBeUndefined();
    await expect(reporter.close(1000)).resolves.toBeUndefined();
  });
});
