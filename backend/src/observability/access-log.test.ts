import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createAccessLog, type AccessLogEntry } from './access-log.js';

const entry: AccessLogEntry = {
  time: new Date('2026-01-02T03:04:05.678Z'),
  requestId: 'r-1',
  method: 'GET',
  route: '/api/v1/runs/{id}',
  path: '/api/v1/runs/42',
  status: 200,
  bytes: 512,
  durationMs: 1.23456,
  remote: '192.0.2.1',
};

const MIB = 1024 * 1024;

/** A stream that takes a write only when it is let go on. */
function startStream({ blocked = false } = {}) {
  let text = '';
  let writes = 0;
  let goOn: (() => void) | undefined;
  const state = { blocked };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writes += 1;
      text += chunk.toString();
      if (state.blocked) goOn = done;
      else done();
    },
  });
  const unblock = () => {
    state.blocked = false;
    goOn?.();
  };
  return { stream, unblock, text: () => text, lines: () => text.split('\n').slice(0, -1), writes: () => writes };
}

describe('a line of the access log', () => {
  it('says what was asked and answered, without the query', async () => {
    const { stream, lines } = startStream();
    const log = createAccessLog({ format: 'json', stream });

    log.write({ ...entry, traceId: 't-1', path: '/api/v1/runs/42?token=canary#x', userAgent: 'curl' });
    await log.flush();

    expect(lines().map((line) => JSON.parse(line))).toEqual([
      {
        time: '2026-01-02T03:04:05.678Z',
        level: 'info',
        message: 'request',
        requestId: 'r-1',
        traceId: 't-1',
        method: 'GET',
        route: '/api/v1/runs/{id}',
        path: '/api/v1/runs/42',
        status: 200,
        bytes: 512,
        durationMs: 1.235,
        remote: '192.0.2.1',
        userAgent: 'curl',
      },
    ]);
  });

  it.each(['a\r\n{"forged":1}', '\u001b[31m', '\u2028\u2029', '\u009b31m', '","status":500,"x":"'])(
    'stays one line whatever the caller sends: %j',
    async (text) => {
      const { stream, lines } = startStream();
      const json = createAccessLog({ format: 'json', stream });
      const hostile = { ...entry, requestId: text, traceId: text, method: text, route: text, path: text };

      json.write({ ...hostile, remote: text, userAgent: text });
      await json.flush();

      expect(lines()).toEqual([expect.stringMatching(/^[ -~]*$/)]);
      expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ requestId: text, path: text, status: 200, userAgent: text });

      const pretty = createAccessLog({ format: 'pretty', stream });
      pretty.write(hostile);
      await pretty.flush();
      expect(lines()).toHaveLength(2);
      expect(lines()[1]).toMatch(/^[ -~]*$/);
    },
  );

  it('is bounded in length', async () => {
    const { stream, text } = startStream();
    const log = createAccessLog({ format: 'json', stream });

    log.write({ ...entry, path: `/${'x'.repeat(50_000)}`, userAgent: 'y'.repeat(50_000) });
    await log.flush();

    expect(text().length).toBeLessThan(4096);
  });
});

describe('the batches', () => {
  it('go out by themselves, many lines in one write', async () => {
    const taken = Promise.withResolvers<string>();
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        taken.resolve(chunk.toString());
        done();
      },
    });
    const log = createAccessLog({ format: 'json', stream });
    for (let line = 0; line < 20; line++) log.write(entry);
    // The timer of the log does not keep a process alive; the test has to.
    const alive = setInterval(() => undefined, 1000);

    expect((await taken.promise).split('\n')).toHaveLength(21);
    clearInterval(alive);
  });

  it('go out at once when 64 KiB have gathered', () => {
    const { stream, writes, text } = startStream();
    const log = createAccessLog({ format: 'json', stream });

    while (writes() === 0) log.write(entry);

    expect(text().length).toBeGreaterThanOrEqual(64 * 1024);
    expect(text().length).toBeLessThan(65 * 1024);
  });
});

describe('while the stream is stuck', () => {
  it('holds a mebibyte, drops and counts the rest, and says so when it moves again', async () => {
    const { stream, unblock, lines, text } = startStream({ blocked: true });
    const log = createAccessLog({ format: 'json', stream });
    for (let line = 0; line < 10_000; line++) log.write(entry);
    const { dropped } = log;

    unblock();
    await log.flush();

    const said = lines().map((line) => JSON.parse(line) as { message: string; dropped?: number });
    const requests = said.filter(({ message }) => message === 'request');
    expect(dropped).toBeGreaterThan(0);
    expect(requests).toHaveLength(10_000 - dropped);
    expect(said.filter((line) => 'dropped' in line)).toMatchObject([{ level: 'warn', dropped }]);
    expect(text().length).toBeLessThan(MIB + 1024);
    expect(text().length).toBeGreaterThan(MIB - 1024);
  });

  it('gives up when it closes, and takes nothing more', async () => {
    const { stream } = startStream({ blocked: true });
    const log = createAccessLog({ format: 'json', stream, closeTimeoutMs: 1 });
    log.write(entry);

    await log.close();
    log.write(entry);

    expect(log.dropped).toBe(1);
  });
});

it('counts what a broken stream lost, and goes on', async () => {
  const { stream } = startStream();
  const log = createAccessLog({ format: 'json', stream });
  stream.destroy(new Error('EPIPE'));

  log.write(entry);
  log.write(entry);
  await log.flush();

  expect(log.dropped).toBe(2);
});

it('hands over what is left when it closes', async () => {
  const { stream, lines } = startStream();
  const log = createAccessLog({ format: 'json', stream });
  log.write(entry);

  await log.close();

  expect(lines()).toHaveLength(1);
});
