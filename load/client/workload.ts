import { createHmac, randomUUID } from 'node:crypto';
import { webhookBodies } from '../bench/webhook-bodies.js';
import { nextPagePath } from '../bench/seeded-runs.js';

/** What the client sends. Named by data, so that it can be told to another process. A credential is a line of the head. */
export type Workload =
  | { kind: 'get'; path: string; credential: string }
  /** A page of runs, each time after another one of so many rows. */
  | { kind: 'run pages'; rows: number; credential: string }
  | { kind: 'record'; path: string; credential: string }
  | { kind: 'batch'; path: string; records: number; credential: string }
  | { kind: 'webhook'; path: string; event: string; secret: string };

const RECORD_SOURCE = 'bench';

/** Answers the next request each time, ready to be written. */
export function requestsOf(workload: Workload): () => Buffer {
  switch (workload.kind) {
    case 'get': {
      const request = Buffer.from(getRequest(workload.path, workload.credential));
      return () => request;
    }
    case 'run pages': {
      const next = nextPagePath(workload.rows);
      return () => Buffer.from(getRequest(next(), workload.credential));
    }
    case 'record':
      return recordRequests(workload.path, workload.credential);
    case 'batch':
      return batchRequests(workload);
    case 'webhook':
      return webhookRequests(workload);
  }
}

/** About 300 bytes, with an id of its own. */
export const recordText = (idField: string) =>
  `{"type":"sensor","source":"${RECORD_SOURCE}",${idField}"data":{"temperature":21.5,"humidity":43.25,"unit":"celsius",` +
  `"place":{"site":"north","building":"B2","room":"2.114"},"tags":["floor-2","hvac","calibrated"],` +
  `"firmware":"4.12.0","battery":0.87,"measured_at":"2026-11-20T09:30:00.000Z"}}`;

const getRequest = (path: string, credential: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${credential}\r\n\r\n`;

const head = (path: string, bytes: number, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n${more}\r\n`;

function recordRequests(path: string, credential: string): () => Buffer {
  const run = randomUUID();
  let count = 0;
  return () => {
    const body = recordText(`"id":"${run}-${(++count).toString().padStart(10, '0')}",`);
    return Buffer.from(head(path, body.length, `${credential}\r\n`) + body);
  };
}

/** The records of a batch are the same each time: what makes them new is the Idempotency-Key that stands before them. */
function batchRequests({ path, records, credential }: Extract<Workload, { kind: 'batch' }>): () => Buffer {
  const body = Buffer.from(`[${Array.from({ length: records }, () => recordText('')).join(',')}]`);
  return () => {
    const key = `${credential}\r\nIdempotency-Key: ${randomUUID()}\r\n`;
    return Buffer.concat([Buffer.from(head(path, body.length, key)), body]);
  };
}

function webhookRequests({ path, event, secret }: Extract<Workload, { kind: 'webhook' }>): () => Buffer {
  const signed = webhookBodies(event).map((body) => ({
    body,
    signature: createHmac('sha256', secret).update(body).digest('hex'),
  }));
  let count = 0;
  return () => {
    const { body, signature } = signed[count++ % signed.length] as (typeof signed)[number];
    const headers =
      `User-Agent: GitHub-Hookshot/bench\r\nX-GitHub-Event: ${event}\r\nX-GitHub-Delivery: ${randomUUID()}\r\n` +
      `X-GitHub-Hook-ID: 292430182\r\nX-Hub-Signature-256: sha256=${signature}\r\n`;
    return Buffer.concat([Buffer.from(head(path, body.length, headers)), body]);
  };
}
