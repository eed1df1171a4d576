import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { startApi, unique } from '../../test/start-api.js';

const { api, adminToken, base, connections, fetch, reported, lines, project } = startApi();

const MIB = 1024 * 1024;
const JSON_TYPE = { 'Content-Type': 'application/json' };

const send = async (body: Buffer | string, headers: Record<string, string> = {}, path = '/ingest') => {
  const answer = await fetch(`/api/v1${path}`, {
    ...{ method: 'POST', headers: { ...JSON_TYPE, ...headers } },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const { detail, errors } = (await answer.json()) as { detail?: string; errors?: { detail: string }[] };
  return { status: answer.status, type: answer.headers.get('content-type'), detail, errors, headers: answer.headers };
};

const record = (data: string) => `{"type":"sensor","source":"bodies","data":${data}}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('SEC33 the type of the content', () => {
  it.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application',
    'text/json',
  ])('%s is a 415 that says what to send', async (type) => {
    // superagent gives every body a type of its own: a POST without one has none.
    const answer = api.post('/ingest');
    if (type) answer.set('Content-Type', type).send(record('1'));

    const { status, headers, body } = await answer;

    expect({ status, accept: headers.accept }).toEqual({ status: 415, accept: 'application/json' });
    expect(body.type).toBe('/problems/unsupported-media-type');
  });

  it.each(['application/json;charset=utf-8', 'APPLICATION/JSON', 'application/json ; x=y'])(
    '%s is understood',
    async (type) => {
      expect((await send(record('1'), { 'Content-Type': type })).status).toBe(202);
    },
  );
});

describe('SEC19 the size of a body', () => {
  const exactly = (bytes: number) => record(`"${'x'.repeat(bytes - record('""').length)}"`);

  it('is at most 1 MiB', async () => {
    expect((await send(exactly(MIB))).status).toBe(202);

    const { status, detail, type } = await send(exactly(MIB + 1));
    expect({ status, detail, type }).toEqual({
      ...{ status: 413, detail: 'The body is larger than 1048576 bytes.' },
      type: 'application/problem+json; charset=utf-8',
    });
  });

  it('counts once it is inflated', async () => {
    expect((await send(gzipSync(exactly(MIB)), { 'Content-Encoding': 'gzip' })).status).toBe(202);
    expect((await send(gzipSync(exactly(MIB + 1)), { 'Content-Encoding': 'gzip' })).status).toBe(413);
  });

  it('counts where no length was said', async () => {
    const answer = await chunked(Array.from({ length: 5 }, () => 'x'.repeat(MIB / 4)));

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50 * MIB))],
    ['deflate', deflateSync(Buffer.alloc(50 * MIB))],
    ['br', brotliCompressSync(Buffer.alloc(50 * MIB))],
    ['zstd', zstdCompressSync(Buffer.alloc(50 * MIB))],
  ])('SEC22 bounds a bomb of %s', async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(MIB);

    expect((await send(bomb, { 'Content-Encoding': encoding })).status).toBe(413);
    expect((await send(bomb, { 'Content-Encoding': encoding }, '/ingest/batch')).status).toBe(413);
  });
});

describe('the coding of a body', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('may be %s, and what is kept is inflated', async (encoding, compress) => {
    const text = record(`"${unique('inflated')}"`);

    expect((await send(compress(Buffer.from(text)), { 'Content-Encoding': encoding })).status).toBe(202);

    const { rows } = await connections().pool.query('SELECT FROM events WHERE body = $1', [Buffer.from(text)]);
    expect(rows).toHaveLength(1);
  });

  it.each([
    ['compress', Buffer.from(record('1'))],
    ['gzip, gzip', gzipSync(gzipSync(record('1')))],
  ])('%s is a 415 that says which are understood', async (encoding, body) => {
    const { status, headers } = await send(body, { 'Content-Encoding': encoding });

    expect({ status, accept: headers.get('accept-encoding') }).toEqual({
      status: 415,
      accept: 'gzip, deflate, br, zstd',
    });
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('that says %s and is something else is a 400', async (encoding) => {
    const { status, detail } = await send(record('1'), { 'Content-Encoding': encoding });

    expect({ status, detail }).toEqual({
      ...{ status: 400, detail: 'The body cannot be read: is it compressed as its headers say?' },
    });
  });

  it('that is cut in its middle is a 400', async () => {
    const whole = gzipSync(record('"some data"'));

    expect((await send(whole.subarray(0, -12), { 'Content-Encoding': 'gzip' })).status).toBe(400);
  });
});

describe('SEC22 JSON', () => {
  it.each<[string, string | Buffer, string]>([
    ['that is empty', '', 'is empty'],
    ['that is white space', ' \r\n ', 'is empty'],
    ['that is cut', '{"type":"sens', 'is not valid JSON'],
    ['of a depth of 65', record(nested(64)), 'is nested deeper than 64 levels'],
    ['of a depth of 100,000', nested(100_000), 'is nested deeper than 64 levels'],
    ['of a depth of 100,000 objects', '{"a":'.repeat(100_000), 'is nested deeper than 64 levels'],
    ['of bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'is not UTF-8 text'],
    ['in UTF-16', Buffer.from(record('1'), 'utf16le'), 'is not valid JSON'],
    ['with a NUL', '\0', 'is not valid JSON'],
  ])('%s is a 400 that says so', async (_what, body, reason) => {
    const { status, errors } = await send(body);

    expect({ status, errors }).toEqual({
      ...{ status: 400, errors: [{ pointer: '#/body', detail: expect.stringContaining(reason) }] },
    });
  });

  it('of a depth of 64 is taken, shown and read again', async () => {
    expect((await send(record(nested(63)))).status).toBe(202);
    await api.get('/ingest/recent').expect(200);
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('cannot be told from what it quotes: a fault shows nothing of the body', async () => {
    const { errors } = await send('{"password": hunter2}');

    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });
});

/** The files of JSONTestSuite that JSON.parse takes and PostgreSQL's jsonb refuses, by their names there. */
const POISON: [string, string][] = [
  ['y_object_escaped_null_in_key', '{"foo\\u0000bar": 42}'],
  ['y_string_null_escape', '["\\u0000"]'],
  ['i_object_key_lone_2nd_surrogate', '{"\\uDFAA":0}'],
  ['i_string_1st_surrogate_but_2nd_missing', '["\\uDADA"]'],
  ['i_string_1st_valid_surrogate_2nd_invalid', '["\\uD888\\u1234"]'],
  ['i_string_incomplete_surrogate_and_escape_valid', '["\\uD800\\n"]'],
  ['i_string_incomplete_surrogate_pair', '["\\uDd1ea"]'],
  ['i_string_incomplete_surrogates_escape_valid', '["\\uD800\\uD800\\n"]'],
  ['i_string_invalid_lonely_surrogate', '["\\ud800"]'],
  ['i_string_invalid_surrogate', '["\\ud800abc"]'],
  ['i_string_inverted_surrogates_U+1D11E', '["\\uDd1e\\uD834"]'],
  ['i_string_lone_second_surrogate', '["\\uDFAA"]'],
  ['a number that overflows', '[1e400000, -1E+400000]'],
];

describe('REL19 poison', () => {
  it.each(POISON)('%s is taken, kept as it came, and shown', async (_name, data) => {
    const text = `{"type":"sensor","source":"poison","data":${data}}`;

    expect((await send(text)).status).toBe(202);

    const { rows } = await connections().pool.query('SELECT id FROM events WHERE body = $1', [Buffer.from(text)]);
    expect(rows).toHaveLength(1);
    await api.get('/ingest/recent').expect(200);
  });

  it.each(POISON)('%s where a run has its title is refused as a fault of that field', async (_name, data) => {
    const { status, errors } = await send(
      `{"type":"pipeline_run","source":"poison","data":{"pipeline":"p","run_id":"r","status":"running","title":${data}}}`,
    );

    expect({ status, errors }).toMatchObject({ status: 400, errors: [{ pointer: '#/body/data/title' }] });
  });

  it.each(POISON.filter(([, data]) => data.startsWith('["')))(
    '%s is refused as the name of a run',
    async (_name, data) => {
      const title = data.slice(1, -1);
      const { status } = await send(
        `{"type":"pipeline_run","source":"poison","data":{"pipeline":${title},"run_id":"r","status":"running"}}`,
      );
      await project();

      expect(status).toBe(400);
      expect(reported).toEqual([]);
    },
  );
});

describe('a body that does not arrive', () => {
  it('ends that request alone, in one line of the log', async () => {
    const socket = connect(Number(new URL(base()).port), '127.0.0.1');
    socket.write(`${ingest()}Content-Length: 99\r\n\r\n{`);
    while (!(await pendingRequests())) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();

    while (!lines.some((line) => line.includes('"/api/v1/ingest"')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(reported).toEqual([]);
    await api.get('/health').expect(200);
  });

  it('as its Content-Length says, more being sent, is cut there', async () => {
    const answer = await raw(`${ingest()}Content-Length: 2\r\n\r\n{}GET /x`);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

const ingest = () =>
  `POST /api/v1/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${adminToken()}\r\nContent-Type: application/json\r\n`;

const pendingRequests = async () => {
  const { text } = await api.get('/metrics');
  return /in_flight\S*(?:\{[^}]*\})? [2-9]/.test(text);
};

async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(base()).port), '127.0.0.1');
  socket.end(text);
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  await once(socket, 'close');
  return answer;
}

const chunked = (parts: string[]) =>
  raw(
    `${ingest()}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`,
  );
