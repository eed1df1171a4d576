import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { addSample } from './samples.ts';

interface Params {
  headers: Record<string, string>;
  redirects: number;
  timeout: string;
  tags: { name: string };
  responseCallback: number[];
}

export interface Answer {
  status: number;
  body: string | null;
}

const { port1: here, port2: there } = new MessageChannel();
const signal = new Int32Array(new SharedArrayBuffer(4));
const worker = new Worker(new URL('./fetch.worker.ts', import.meta.url), {
  workerData: { port: there, signal },
  transferList: [there],
});
worker.unref();

/** k6's requests do not return before they are answered; here another thread waits for the answer. */
function request(method: string, url: string, body: string | null, params: Params): Answer {
  const { headers, redirects, timeout, tags, responseCallback } = params;
  const begun = performance.now();
  Atomics.store(signal, 0, 0);
  here.postMessage({ method, url, body, headers, follow: redirects > 0, timeoutMs: Number.parseInt(timeout) * 1000 });
  Atomics.wait(signal, 0, 0);
  const answer = (receiveMessageOnPort(here) as { message: Answer }).message;
  addSample('http_req_duration', performance.now() - begun, tags);
  addSample('http_req_failed', responseCallback.includes(answer.status) ? 0 : 1, tags);
  return answer;
}

export default { request, expectedStatuses: (...statuses: number[]) => statuses };
