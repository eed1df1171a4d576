import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verdict } from '../../checks/check.js';
import { call, type Call } from './client.js';
import { Edge } from './edge.js';
import { Findings } from './findings.js';

interface Retry {
  call: Call;
  /** Whether a process that took it and broke off has it sent to another. */
  again: boolean;
}

const post = (path: string): Call => ({
  method: 'POST',
  path,
  body: '{}',
  headers: { 'Content-Type': 'application/json' },
});
const RETRIES: Retry[] = [
  { call: post('/api/v1/hooks/x'), again: true },
  { call: { path: '/api/v1/runs' }, again: true },
  { call: { path: '/' }, again: true },
  { call: post('/api/v1/ingest'), again: false },
  { call: post('/api/v1/ingest/batch'), again: false },
  { call: post('/api/v1/users'), again: false },
  { call: { ...post('/api/v1/users/1'), method: 'PATCH' }, again: false },
];
/** So that the one that breaks is asked first at least once; after three failures it would be passed over. */
const TIMES = 4;

/** Of two processes one takes requests and breaks off: what may be sent twice reaches the other, what may not is a 502. */
export async function checkRetries(): Promise<Verdict> {
  const findings = new Findings();
  const broken = await serve((request) => request.socket.destroy());
  const sound = await serve((_request, response) => response.end('sound'));
  let program = '';
  try {
    for (const retry of RETRIES) program = await send(retry, portOf(broken), portOf(sound), findings);
  } finally {
    for (const server of [broken, sound]) server.close().closeAllConnections();
  }
  return findings.verdict(`${program}: ${RETRIES.length} kinds of request to two processes of which one breaks off`);
}

async function send({ call: sent, again }: Retry, broken: number, sound: number, findings: Findings): Promise<string> {
  const name = `${sent.method ?? 'GET'} ${sent.path}`;
  const edge = await Edge.start({ backend: [broken, sound], frontend: [broken, sound] });
  try {
    const place = { port: edge.ports.tls, authority: edge.authority };
    for (let index = 0; index < TIMES; index++) await call(place, sent);
    const lines = (await edge.accessLog()).filter(({ path }) => path === sent.path);
    const first = lines.filter(({ upstream }) => upstream.startsWith(`127.0.0.1:${broken}`));
    findings.expect(first.length > 0, `${name}: the process that breaks was never asked first`);
    const expected = again
      ? { status: 200, upstream: `127.0.0.1:${broken}, 127.0.0.1:${sound}` }
      : { status: 502, upstream: `127.0.0.1:${broken}` };
    for (const { status, upstream } of first) findings.equal({ status, upstream }, expected, name);
    return edge.program;
  } finally {
    await edge.stop();
  }
}

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
