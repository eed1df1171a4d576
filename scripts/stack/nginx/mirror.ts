import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { call, type Call } from './client.js';
import { Edge } from './edge.js';

/** An nginx whose upstream answers with the headers that reached it; the service would only show what it made of them. */
export class Mirror {
  private constructor(
    private readonly edge: Edge,
    private readonly close: () => void,
  ) {}

  static async start(): Promise<Mirror> {
    const server = createServer((request, response) => response.end(JSON.stringify(request.headers)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const close = () => {
      server.close();
      server.closeAllConnections();
    };
    try {
      return new Mirror(await Edge.start({ backend: [port], frontend: [port] }), close);
    } catch (error) {
      close();
      throw error;
    }
  }

  async headersOf(sent: Call): Promise<IncomingHttpHeaders> {
    const answer = await call({ port: this.edge.ports.tls, authority: this.edge.authority }, sent);
    return JSON.parse(answer.body.toString()) as IncomingHttpHeaders;
  }

  async stop(): Promise<void> {
    await this.edge.stop();
    this.close();
  }
}
