import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { listen, type HttpServer } from './server.js';

const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
});

async function serve(listener: RequestListener = (_req, res) => res.end('answered')): Promise<HttpServer> {
  const server = await listen(listener, { host: '127.0.0.1', port: 0 });
  servers.push(server);
  return server;
}

async function open(server: HttpServer): Promise<{ socket: Socket; all: Promise<string> }> {
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk))).on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, all: once(socket, 'close').then(() => text) };
}

async function send(server: HttpServer, request: string): Promise<string> {
  const { socket, all } = await open(server);
  socket.write(request);
  return all;
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n';

describe('SEC21 what is not HTTP', () => {
  it.each<[string, string, number]>([
    ['noise', '\x16\x03\x01\x02\x00\x01\r\n\r\n', 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a length and chunks', `${GET}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['two lengths', `${GET}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
    ['a length with a sign', `${GET}Content-Length: +5\r\n\r\nabcde`, 400],
    ['a length in hexadecimal', `${GET}Content-Length: 0x5\r\n\r\nabcde`, 400],
    ['a space before the colon', `${GET}Content-Length : 3\r\n\r\nabc`, 400],
    ['a length and another coding', `${GET}Content-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\nabc`, 400],
    ['a NUL in a header', `${GET}X-A: a\0b\r\n\r\n`, 400],
    ['headers of 20 KB', `${GET}X-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a method in lower case', 'get / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ])('%s, is answered as a problem, and the connection ends', async (_what, request, status) => {
    const answer = await send(await serve(), request);

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toContain('answered');
  });

  it.each(['CONNECT example.com:443', 'FOO /', 'X-MADE-UP /runs', 'BREW http://example.com/'])(
    'SEC32 is a method that there is not, %s, which is answered with those there are',
    async (line) => {
      const answer = await send(await serve(), `${line} HTTP/1.1\r\nHost: x\r\n\r\n`);

      expect(answer).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/);
      expect(answer).toContain('\r\nAllow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r\n');
      expect(answer).not.toContain('answered');
    },
  );

  it.each(['xchunked', 'chunked, identity', 'gzip'])(
    'has no second request behind a body coded as %s',
    async (coding) => {
      const smuggled = `0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`;
      const seen: string[] = [];
      const server = await serve((req, res) => {
        seen.push(String(req.url));
        res.end();
      });

      const answer = await send(server, `${GET}Transfer-Encoding: ${coding}\r\n\r\n${smuggled}`);

      expect(seen).not.toContain('/smuggled');
      expect(answer).toContain('HTTP/1.1 400 ');
    },
  );

  it('has a type, a length and a body that says what it is', async () => {
    const answer = await send(await serve(), `${GET}X-A: ${'a'.repeat(20_000)}\r\n\r\n`);

    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head).toContain('Content-Type: application/problem+json; charset=utf-8');
    expect(head).toContain(`Content-Length: ${body.length}`);
    expect(JSON.parse(body)).toEqual({ type: 'about:blank', title: 'Request Header Fields Too Large', status: 431 });
  });

  it('keeps nobody else from being answered', async () => {
    const server = await serve();
    await send(server, 'noise\r\n\r\n');

    expect(await send(server, `${GET}Connection: close\r\n\r\n`)).toContain('answered');
  });
});

it('says so where its port is taken', async () => {
  const { port } = await serve();

  await expect(listen(() => undefined, { host: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE');
});

it('answers while it is drained, each time on a connection of its own', async () => {
  const server = await serve();
  const { socket, all } = await open(server);
  socket.write(`${GET}\r\n`);
  await once(socket, 'data');

  server.drain();
  socket.write(`${GET}\r\n`);

  const [first = '', second = ''] = (await all).split(/(?<=answered)/);
  expect(first).toContain('Connection: keep-alive');
  expect(second).toContain('Connection: close');
  expect(await send(server, `${GET}\r\n`)).toContain('answered');
});

describe('closing', () => {
  /** A server whose answers wait until they are let go. */
  async function serveSlowly() {
    const begun: ServerResponse[] = [];
    let arrived: () => void = () => undefined;
    const server = await serve((_req, res) => {
      begun.push(res);
      arrived();
    });
    const { socket, all } = await open(server);
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    socket.write(`${GET}\r\n`);
    await arrival;
    return { server, all, answer: () => begun[0]?.end('answered') };
  }

  it('finishes what was begun, ends connections that nothing came on, and takes no new one', async () => {
    const { server, all, answer } = await serveSlowly();
    const idle = await open(server);

    let closed = false;
    const closing = server.close(60_000).then(() => (closed = true));
    await expect(open(server)).rejects.toThrow('ECONNREFUSED');
    expect(await idle.all).toBe('');
    expect(closed).toBe(false);
    answer();

    expect(await all).toContain('answered');
    await closing;
  });

  it('cuts off after the grace what does not end', async () => {
    const { server, all } = await serveSlowly();

    await server.close(10);

    expect(await all).toBe('');
  });
});
