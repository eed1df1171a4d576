import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLogger, type LogContext, type LogFormat, type LogLevel } from './logger.js';

interface Line extends Record<string, unknown> {
  message: string;
}

function startLogger(options: { format?: LogFormat; level?: LogLevel; context?: () => LogContext | undefined } = {}) {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const now = () => new Date('2026-01-02T03:04:05.678Z');
  const logger = createLogger({ format: 'json', level: 'debug', now, ...options, stream });
  const rawLines = () => text.split('\n').slice(0, -1);
  const lines = () => rawLines().map((line) => JSON.parse(line) as Line);
  return { logger, stream, rawLines, lines, text: () => text };
}

// What breaks a line, steers a terminal, or reorders text: CR, LF, ANSI, C1 controls, U+2028/9, bidi overrides.
const HOSTILE = [
  'a\r\n{"level":"error","message":"forged"}',
  '\u001b[2J\u001b[31mred\u001b[0m',
  'before\u2028after\u2029end',
  '\u009b31m\u0085\u007f\u0000',
  '\u202eesrever\u2066\ufeff',
  '"},{"level":"error',
];
// The printable characters of ASCII, or anything that is neither a control, a format mark nor a separator.
const HARMLESS_LINE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

describe('a line of JSON', () => {
  it('holds time, level, message and the fields', () => {
    const { logger, rawLines } = startLogger();

    logger.info('Listening.', { port: 8080 });

    expect(rawLines()).toEqual([
      '{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"Listening.","port":8080}',
    ]);
  });

  it.each(HOSTILE)('stays one line, and gives back what was said: %j', (text) => {
    const { logger, rawLines, lines } = startLogger({ context: () => ({ requestId: text }) });

    logger.child({ bound: text }).warn(text, { field: text, [text]: 1, nested: { list: [text] } });

    expect(rawLines()).toEqual([expect.stringMatching(HARMLESS_LINE)]);
    const expected = {
      level: 'warn',
      message: text,
      requestId: text,
      bound: text,
      field: text,
      nested: { list: [text] },
    };
    expect(lines()).toEqual([expect.objectContaining({ ...expected, [text]: 1 })]);
  });

  it('stays one line whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, field) => {
        const { logger, rawLines, lines } = startLogger();
        logger.info(message, { field });
        expect(rawLines()).toEqual([expect.stringMatching(HARMLESS_LINE)]);
        expect(lines()).toMatchObject([{ message, field }]);
      }),
      { numRuns: 200 },
    );
  });

  it('does not let a field pose as the level, the time or the message', () => {
    const { logger, lines } = startLogger();

    logger.info('said', {
      level: 'error',
      time: 'never',
      message: 'forged',
      exception: true,
      __proto__: { polluted: 1 },
    });

    expect(lines()).toEqual([
      {
        time: '2026-01-02T03:04:05.678Z',
        level: 'info',
        message: 'said',
        level_: 'error',
        time_: 'never',
        message_: 'forged',
        exception: true,
      },
    ]);
  });

  it('carries the request and the trace of the moment', () => {
    const moment: { context?: LogContext } = {};
    const { logger, lines } = startLogger({ context: () => moment.context });
    const child = logger.child({ feature: 'intake' });

    child.info('outside');
    moment.context = { requestId: 'r-1', traceId: 't-1' };
    child.info('inside');

    expect(lines()[0]).not.toHaveProperty('requestId');
    expect(lines()[1]).toMatchObject({ requestId: 'r-1', traceId: 't-1', feature: 'intake' });
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = startLogger({ level: 'warn' });

    logger.debug('1');
    logger.info('2');
    logger.warn('3');
    logger.error('4');

    expect(lines().map(({ message }) => message)).toEqual(['3', '4']);
  });
});

describe('an error in the fields', () => {
  it('is spelt out with its causes', () => {
    const { logger, lines } = startLogger();
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

    logger.error('Failed.', {
      error: new TypeError('no database', { cause: new AggregateError([refused], 'all failed') }),
    });

    expect(lines()[0]?.['error']).toEqual({
      name: 'TypeError',
      message: 'no database',
      stack: expect.stringContaining('logger.test'),
      cause: {
        name: 'AggregateError',
        message: 'all failed',
        stack: expect.any(String),
        errors: [expect.objectContaining({ message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' })],
      },
    });
  });

  it('may be its own cause, or one of a hundred', () => {
    const { logger, lines } = startLogger();
    const own = new Error('own');
    own.cause = own;
    let deep = new Error('0');
    for (let depth = 1; depth < 100; depth++) deep = new Error(String(depth), { cause: deep });

    logger.error('Failed.', { own, deep });

    expect(lines()[0]).toMatchObject({
      own: { cause: '[circular]' },
      deep: { message: '99', cause: { message: '98' } },
    });
    expect(JSON.stringify(lines()[0])).toContain('[truncated]');
  });
});

describe('fields that are hard to write', () => {
  it('are written as far as they can be', () => {
    const { logger, lines } = startLogger();
    const hostile = {
      get fails(): never {
        throw new Error('getter');
      },
    };

    logger.info('odd', {
      hostile,
      big: 1n,
      when: new Date(0),
      not: NaN,
      bytes: Buffer.from('abc'),
      map: new Map([['k', 1]]),
    });
    logger.info('worse', hostile);

    const odd = { hostile: '[unreadable]', big: '1', when: '1970-01-01T00:00:00.000Z', not: 'NaN' };
    expect(lines()[0]).toMatchObject({ ...odd, bytes: '[3 bytes]', map: { k: 1 } });
    expect(lines()[1]).toMatchObject({ message: 'worse', fields: '[unreadable]' });
  });

  it('do not make an endless line', () => {
    const { logger, rawLines } = startLogger();
    const wide = Array.from({ length: 200 }, () =>
      Object.fromEntries([...Array(200).keys()].map((key) => [key, 'x'.repeat(9000)])),
    );

    logger.info('x'.repeat(1_000_000), { wide });

    expect(rawLines()).toHaveLength(1);
    expect(rawLines()[0]?.length).toBeLessThan(512 * 1024);
  });
});

describe('secrets', () => {
  it.each([
    'authorization',
    'Cookie',
    'set-cookie',
    'password',
    'clientSecret',
    'x-hub-signature-256',
    'x-gitlab-token',
    'webhook-signature',
    'apiKey',
    'private_key',
  ])('are left out under the key %s', (key) => {
    const { logger, text } = startLogger();

    logger.child({ [key]: 'canary-1' }).info('x', { nested: { headers: { [key]: ['canary-2'] } } });

    expect(text()).not.toContain('canary');
    expect(text()).toContain('[redacted]');
  });

  it.each([
    'postgres://pitwall:canary@db:5432/pitwall',
    'Authorization: Bearer canary.canary.canary',
    'GET /live?access_token=canary&limit=1',
    'remote said ghp_canarycanarycanary',
    'glpat-canarycanary was refused',
    `pw_canary${'0'.repeat(40)} and pwr_canary${'0'.repeat(40)} are ours`,
  ])('are left out of the text: %s', (said) => {
    const { logger, text } = startLogger();

    logger.error(said, { field: said, error: new Error(said, { cause: new Error(said) }) });

    expect(text()).not.toContain('canary');
  });

  it('may be said to be set', () => {
    const { logger, lines } = startLogger();

    logger.info('x', { webhookSecret: true, token: null });

    expect(lines()[0]).toMatchObject({ webhookSecret: true, token: null });
  });
});

describe('a line for the terminal', () => {
  it.each(HOSTILE)('stays one line: %j', (text) => {
    const { logger, rawLines } = startLogger({ format: 'pretty' });

    logger.info(text, { field: text });

    const colours = new RegExp(`${String.fromCharCode(27)}\\[(0|2|3[1-6])m`, 'g');
    expect(rawLines()).toHaveLength(1);
    expect(rawLines()[0]?.replace(colours, '')).not.toContain('\u001b');
    expect(rawLines()[0]).not.toMatch(/[\r\u2028\u2029\u009b]/);
  });

  it('shows an error as an indented stack with its cause', () => {
    const { logger, rawLines } = startLogger({ format: 'pretty' });

    logger.error('Failed.', { error: new Error('outer', { cause: new RangeError('inner') }) });

    const [head, ...stack] = rawLines();
    expect(head).toContain('Failed.');
    expect(stack[0]).toBe('    Error: outer');
    expect(stack).toContain('    caused by RangeError: inner');
    expect(stack.every((line) => line.startsWith('    '))).toBe(true);
  });
});

describe('close', () => {
  it('waits until a slow stream has taken every line', async () => {
    const taken: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        setImmediate(() => {
          taken.push(chunk.toString());
          done();
        });
      },
    });
    const logger = createLogger({ format: 'json', level: 'info', stream });
    for (let line = 0; line < 50; line++) logger.info(String(line));

    await logger.close();
    logger.info('too late');
    await logger.close();

    expect(taken.filter((line) => line !== '')).toHaveLength(50);
  });

  it('minds no stream that broke', async () => {
    const { logger, stream } = startLogger();
    stream.destroy(new Error('EPIPE'));

    logger.info('into the void');

    await expect(logger.close()).resolves.toBeUndefined();
  });
});
