import { Agent, request as httpsRequest } from 'node:https';
import { Latencies } from '../../../load/client/latencies.js';
import type { Call, Place } from './client.js';

export interface Load {
  sent: number;
  /** What was answered, by status; `broken` where no answer came. */
  answers: Record<string, number>;
  /** Milliseconds from the moment each was due. */
  p99: number;
  slowest: number;
}

const CONNECTIONS = 64;
const TIMEOUT_MS = 20_000;

/** Requests that start on a schedule, whatever the answers do, over kept connections. */
export async function sendAtRate(
  place: Place,
  { rate, total, next }: { rate: number; total: number; next: (index: number) => Call },
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const latencies = new Latencies();
  const answers: Record<string, number> = {};
  const start = performance.now();
  const pending: Promise<void>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      for (; pending.length < total && start + (pending.length / rate) * 1000 <= performance.now();) {
        const due = start + (pending.length / rate) * 1000;
        const sent = statusOf(place, next(pending.length), agent).then((status) => {
          answers[status] = (answers[status] ?? 0) + 1;
          latencies.add(performance.now() - due);
        });
        pending.push(sent);
      }
      if (pending.length < total) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await Promise.all(pending);
  agent.destroy();
  const { p99, max } = latencies.percentiles();
  return { sent: total, answers, p99, slowest: max };
}

function statusOf(
  { port, authority }: Place,
  { method = 'GET', path, headers, body, from }: Call,
  agent: Agent,
): Promise<string> {
  return new Promise((resolve) => {
    const request = httpsRequest(
      {
        ...{ host: '127.0.0.1', servername: 'localhost', port, ca: authority, agent, timeout: TIMEOUT_MS },
        ...{ method, path, headers: { Host: `localhost:${port}`, ...headers } },
        ...(from !== undefined && { localAddress: from }),
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(String(response.statusCode)));
        response.on('error', () => resolve('broken'));
      },
    );
    request.on('timeout', () => request.destroy(new Error('No answer came.')));
    request.on('error', () => resolve('broken'));
    if (body !== undefined) request.setHeader('Content-Length', Buffer.byteLength(body));
    request.end(body);
  });
}
