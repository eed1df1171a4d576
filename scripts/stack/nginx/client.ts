import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';

/** Whom to call: the edge by its certificate, whatever else this machine trusts. */
export interface Place {
  port: number;
  authority: string;
}

export interface Call {
  method?: string;
  /** Sent as it is: dots and escapes are not resolved. */
  path: string;
  /** An array sends the header several times. */
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
  /** Another address of this machine to call from. */
  from?: string;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  /** Each as it came, also those that came twice. */
  list: [name: string, value: string][];
  body: Buffer;
}

/** A connection for each call, so that none is waited for. */
const agent = new Agent({ keepAlive: false });

export function open({ port, authority }: Place, { method = 'GET', path, headers = {}, from }: Call): ClientRequest {
  const request = httpsRequest({
    ...{ host: '127.0.0.1', servername: 'localhost', port, ca: authority, agent },
    ...{ method, path, headers: { Host: `localhost:${port}`, ...headers } },
    ...(from !== undefined && { localAddress: from }),
  });
  // Who waits for the answer hears of it, too. One that was answered, or given up, may still be broken off.
  return request.on('error', () => undefined);
}

export async function call(place: Place, options: Call): Promise<Answer> {
  const request = open(place, options);
  const { body } = options;
  if (body !== undefined) request.setHeader('Content-Length', Buffer.byteLength(body));
  request.end(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  return { ...summaryOf(response), body: await bodyOf(response) };
}

export function summaryOf(response: IncomingMessage): Omit<Answer, 'body'> {
  const { rawHeaders: raw, headers, statusCode = 0 } = response;
  const list = raw.flatMap((name, index): Answer['list'] =>
    index % 2 ? [] : [[name.toLowerCase(), raw[index + 1] ?? '']],
  );
  return { status: statusCode, headers, list };
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('error', () => undefined);
  await once(response, 'close');
  return Buffer.concat(chunks);
}
