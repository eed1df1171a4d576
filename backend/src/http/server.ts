import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { expressMessages } from './express-messages.js';
import { SERVED_METHODS } from './methods.js';
import { cutStalledSockets } from './stalled-sockets.js';

/** A request that drips in is cut off: its headers after 10 s, all of it after 30 s. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle limit of the usual proxies (60 s), so that it is they who close. */
const KEEP_ALIVE_MS = 65_000;

export interface HttpServer {
  port: number;
  /** Goes on serving, and has whoever calls open another connection for the next request, which a proxy opens elsewhere. */
  drain(): void;
  /** Takes no new connection, finishes what was begun, and after the grace cuts off what is left. */
  close(graceMs: number): Promise<void>;
}

export async function listen(
  listener: RequestListener | Express,
  { host, port }: { host: string; port: number },
): Promise<HttpServer> {
  const server = createServer(
    {
      ...('request' in listener && expressMessages(listener)),
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1_000,
    },
    listener,
  );
  answerUnparsable(server);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.once('close', cutStalledSockets(sockets));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain: () => drain(server),
    close: (graceMs) => close(server, sockets, graceMs),
  };
}

/** Without it, a proxy may send a request on an idle connection in the moment in which it is closed here. */
function drain(server: Server): void {
  server.prependListener('request', (_req, res) => {
    res.shouldKeepAlive = false;
  });
}

async function close(server: Server, sockets: Set<Socket>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // Browsers connect ahead of need. Node takes a connection that nothing came on yet for a busy one.
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

const STATUS_OF: Partial<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
const MAX_REQUEST_LINE = 8192;
const REQUEST_LINE = /^[A-Z-]{1,32} \S+ HTTP\/1\.[01]\r?\n/;

interface ParserError extends NodeJS.ErrnoException {
  rawPacket?: Buffer;
}

/** What is not HTTP never becomes a request: it is answered here, as are the methods that Node does not pass on. */
function answerUnparsable(server: Server): void {
  server.on('clientError', (error: ParserError, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    answer(socket, isUnknownMethod(error) ? 405 : (STATUS_OF[error.code ?? ''] ?? 400));
  });
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    answer(socket, 405);
  });
}

function isUnknownMethod({ code, rawPacket }: ParserError): boolean {
  return code === 'HPE_INVALID_METHOD' && REQUEST_LINE.test(rawPacket?.toString('latin1', 0, MAX_REQUEST_LINE) ?? '');
}

function answer(socket: Duplex, status: number): void {
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status });
  const allow = status === 405 ? `Allow: ${SERVED_METHODS.join(', ')}\r\n` : '';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\n${allow}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
