import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duty, FixedAnswer } from './floor-task.js';
import { serveRunPages } from './run-pages.js';
import { serveUnwritten } from './unwritten-pitwall.js';

/** Serves what a case is held against: mostly a bare node:http server that answers ready bytes. */
export class FloorServer {
  private server: Server | undefined;

  async serve({ status, body }: FixedAnswer, duty: Duty): Promise<{ port: number }> {
    this.server?.closeAllConnections();
    this.server?.close();
    if (duty.kind === 'all but the database') this.server = await serveUnwritten();
    else if (duty.kind === 'read run pages') this.server = await serveRunPages(duty.url, duty.poolSize);
    else this.server = await this.serveBytes({ status, body }, duty);
    return { port: (this.server.address() as AddressInfo).port };
  }

  private async serveBytes({ status, body }: FixedAnswer, duty: Duty): Promise<Server> {
    const bytes = Buffer.from(body, 'base64');
    const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': bytes.length };
    const perform = performer(duty);
    const server = createServer((request, response) => {
      if (!perform) return response.writeHead(status, headers).end(bytes);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        perform(request, chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
        response.writeHead(status, headers).end(bytes);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }
}

function performer(duty: Duty): ((request: IncomingMessage, body: Buffer) => void) | undefined {
  if (duty.kind !== 'verify and parse') return undefined;
  const key = createSecretKey(Buffer.from(duty.secret));
  return ({ headers }, body) => {
    const given = Buffer.from(String(headers['x-hub-signature-256']).slice('sha256='.length), 'hex');
    if (!timingSafeEqual(createHmac('sha256', key).update(body).digest(), given)) throw new Error('Not signed so.');
    JSON.parse(body.toString());
  };
}
