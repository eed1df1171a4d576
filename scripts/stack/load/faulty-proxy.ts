import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to a request instead of, or before, being passed on. */
export interface Fault {
  /** Answers with this status. */
  status?: number;
  delayMs?: number;
}

export interface FaultyProxy {
  url: string;
  close(): Promise<void>;
}

/** A service with faults: passes everything on, but for what `faultOf` says about its path. */
export async function startFaultyProxy(
  targetPort: number,
  faultOf: (path: string) => Fault | undefined,
): Promise<FaultyProxy> {
  const server = createServer((incoming, answer) => {
    const { method, url = '/', headers } = incoming;
    const { status, delayMs = 0 } = faultOf(url.split('?')[0] as string) ?? {};
    const options = { port: targetPort, host: '127.0.0.1', method, path: url, headers };
    const passOn = async () => {
      await sleep(delayMs);
      if (status !== undefined) return void answer.writeHead(status).end();
      const outgoing = request(options, (from) => {
        answer.writeHead(from.statusCode as number, from.headers);
        from.pipe(answer);
      });
      outgoing.on('error', () => fail(answer));
      incoming.pipe(outgoing);
    };
    passOn().catch(() => fail(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function fail(answer: ServerResponse): void {
  if (!answer.headersSent) answer.writeHead(502);
  answer.end();
}
