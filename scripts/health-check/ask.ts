import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface Answer {
  status: number;
  type: string;
  location: string;
  body: string;
  /** When the certificate that was shown ends; undefined where there was none. */
  certificateEnds: Date | undefined;
}

const TIMEOUT_MS = 5_000;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** One GET, not redirected. A certificate that nobody vouches for is accepted of this machine alone. Throws without an answer. */
export function ask(url: URL, accept = 'application/json'): Promise<Answer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const options = { signal, headers: { accept }, agent: false as const };
  return new Promise((resolve, reject) => {
    const receive = (response: IncomingMessage) => void read(response).then(resolve, reject);
    const rejectUnauthorized = !LOOPBACK.includes(url.hostname);
    const request =
      url.protocol === 'https:'
        ? requestSecure(url, { ...options, rejectUnauthorized }, receive)
        : requestPlain(url, options, receive);
    request.once('error', (error: NodeJS.ErrnoException) => {
      reject(signal.aborted ? new Error(`no answer within ${TIMEOUT_MS / 1000} s`) : readable(error));
    });
    request.end();
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const socket = response.socket as Partial<TLSSocket>;
  const ends = socket.getPeerCertificate?.().valid_to;
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  return {
    status: response.statusCode ?? 0,
    type: response.headers['content-type'] ?? '',
    location: response.headers.location ?? '',
    body,
    certificateEnds: ends === undefined ? undefined : new Date(ends),
  };
}

/** Where a name has several addresses, the error of each is inside, and the outer one has no words. */
function readable(error: NodeJS.ErrnoException): Error {
  const inner = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  return new Error(inner.message || (error.code ?? 'no answer'));
}
