import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../checks/target.js';

const PAUSE_MS = 200;
const TIMEOUT_MS = 5_000;
/** Of prom-client: what keeps the service's event loop busy, connections among them. */
const SOCKETS = /^nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)$/m;

export interface Honest {
  answered: number;
  /** Why the others were not. */
  refused: string[];
  /** In milliseconds, of those that were answered. */
  p99: number;
  /** Connections that the service had open when it was last asked. */
  socketsAtEnd: number;
}

/** Somebody who asks, one request after the other, while something else goes on; `stop` says how it went. */
export function askMeanwhile({ url, headers }: Pick<Target, 'url' | 'headers'>): { stop(): Promise<Honest> } {
  const durations: number[] = [];
  const refused: string[] = [];
  let socketsAtEnd = Infinity;
  let asking = true;
  const get = async (path: string) => {
    // Each over a connection of its own, as somebody who comes anew.
    const request = httpGet(url + path, { agent: false, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    const body = await text(answer);
    if (answer.statusCode !== 200) throw new Error(String(answer.statusCode));
    return body;
  };
  const ask = async () => {
    while (asking) {
      try {
        const started = performance.now();
        await get('/api/v1/runs?limit=1');
        durations.push(performance.now() - started);
        // What came back too late to be from before the end does not count.
        const sockets = SOCKETS.exec(await get('/metrics'))?.[1];
        if (asking && sockets !== undefined) socketsAtEnd = Number(sockets);
      } catch (error) {
        refused.push(String((error as Error).cause ?? error));
      }
      await sleep(PAUSE_MS);
    }
  };
  const asked = ask();
  return {
    async stop() {
      asking = false;
      await asked;
      return { answered: durations.length, refused, p99: percentile(durations, 0.99), socketsAtEnd };
    },
  };
}

const percentile = (values: number[], share: number) =>
  values.sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? NaN;
