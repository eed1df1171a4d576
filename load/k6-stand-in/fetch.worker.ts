import { workerData, type MessagePort } from 'node:worker_threads';
import type { Answer } from './http.ts';

interface Order {
  method: string;
  url: string;
  body: string | null;
  headers: Record<string, string>;
  follow: boolean;
  timeoutMs: number;
}

const { port, signal } = workerData as { port: MessagePort; signal: Int32Array };

port.on('message', (order: Order) => {
  void answerTo(order).then((answer) => {
    port.postMessage(answer);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  });
});

async function answerTo({ method, url, body, headers, follow, timeoutMs }: Order): Promise<Answer> {
  try {
    const redirect = follow ? 'follow' : 'manual';
    const answer = await fetch(url, { method, headers, body, redirect, signal: AbortSignal.timeout(timeoutMs) });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return { status: 0, body: null };
  }
}
