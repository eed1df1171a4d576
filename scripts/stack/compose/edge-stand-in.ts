import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The address that the stand-in calls from, and that TRUST_PROXY names: another than everybody else's on loopback. */
export const EDGE_ADDRESS = '127.0.0.2';

/** What nginx and the front end's image are to the service, as far as the health check asks: TLS, a page, hidden figures. */
export async function startEdgeStandIn(port: number, secrets: string) {
  const [cert, key] = await Promise.all(['tls.crt', 'tls.key'].map((name) => readFile(join(secrets, name))));
  const server = createServer({ cert, key }, (incoming, answer) => {
    const path = incoming.url ?? '/';
    if (path === '/') return answer.setHeader('content-type', 'text/html').end('<!doctype html>');
    if (path === '/metrics') return answer.writeHead(404).end();
    const headers = { ...incoming.headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };
    const onward = request({ port, path, headers, localAddress: EDGE_ADDRESS, host: '127.0.0.1' }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.writeHead(502).end());
    onward.end();
    return answer;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
