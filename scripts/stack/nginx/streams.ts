import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import type { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Verdict } from '../../checks/check.js';
import { open } from './client.js';
import { Findings } from './findings.js';
import type { Stage } from './stage.js';

/** A projection and its announcement take less than a second, but this machine may be busy. */
const EVENT_TIMEOUT_MS = 8_000;

/** An answer that is held back never begins. */
const soon = () => ({ signal: AbortSignal.timeout(EVENT_TIMEOUT_MS) });

interface OpenStream {
  /** The headers that say how it came. */
  headers: Record<string, unknown>;
  body: Readable;
  close(): void;
}

/** Server-sent events come one by one, over HTTP/1.1 and HTTP/2; which of the two is agreed in the handshake. */
export async function checkStreams(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  for (const [name, begin] of [
    ['HTTP/1.1', http1],
    ['HTTP/2', http2],
  ] as const) {
    const stream = await begin(stage);
    try {
      await follow(stage, stream, name, findings);
    } finally {
      stream.close();
    }
  }
  await handshakes(stage, findings);
  return findings.verdict(
    `${stage.edge.program}: events over HTTP/1.1 and HTTP/2 while the answer is open, 6 handshakes`,
  );
}

async function http1(stage: Stage): Promise<OpenStream> {
  const request = open(stage.place, {
    path: '/api/v1/live',
    headers: { Cookie: stage.cookie, 'Accept-Encoding': 'gzip' },
  });
  request.end();
  const close = () => request.destroy();
  const [response] = (await once(request, 'response', soon()).catch(closing(close))) as [IncomingMessage];
  return {
    headers: { ':status': response.statusCode, ...response.headers },
    body: response,
    close,
  };
}

async function http2(stage: Stage): Promise<OpenStream> {
  const { port, authority } = stage.place;
  const connection = connect(`https://127.0.0.1:${port}`, { ca: authority });
  const headers = { ':path': '/api/v1/live', cookie: stage.cookie, 'accept-encoding': 'gzip' };
  const close = () => connection.destroy();
  connection.on('error', () => undefined);
  const stream = connection.request(headers).on('error', () => undefined);
  const [answered] = (await once(stream, 'response', soon()).catch(closing(close))) as [Record<string, unknown>];
  return { headers: answered, body: stream, close };
}

const closing = (close: () => void) => (error: unknown) => {
  close();
  throw error;
};

async function follow(stage: Stage, { headers, body }: OpenStream, name: string, findings: Findings): Promise<void> {
  findings.equal(headers[':status'], 200, `${name} status`);
  findings.equal(headers['content-type'], 'text/event-stream; charset=utf-8', `${name} type`);
  findings.equal(headers['content-encoding'], undefined, `${name} compression`);
  let text = '';
  let ended = false;
  body.on('data', (chunk: Buffer) => (text += chunk.toString()));
  body.on('error', () => undefined);
  body.on('close', () => (ended = true));
  findings.expect(await until(() => text.includes('retry:')), `${name}: nothing came of the stream that is open`);
  await sendRun(stage);
  findings.expect(await until(() => text.includes('event: projected')), `${name}: the event did not come: ${text}`);
  findings.expect(!ended, `${name}: the stream was ended`);
}

async function until(holds: () => boolean): Promise<boolean> {
  for (const deadline = Date.now() + EVENT_TIMEOUT_MS; Date.now() < deadline;) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

async function sendRun(stage: Stage): Promise<void> {
  const data = { pipeline: 'edge', run_id: randomUUID(), status: 'running', started_at: new Date().toISOString() };
  const body = JSON.stringify({ type: 'pipeline_run', source: 'edge-records', data });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await stage.callAsAdmin({ method: 'POST', path: '/api/v1/ingest', headers, body });
  if (answer.status !== 202) throw new Error(`A run was answered ${answer.status}: ${answer.body.toString()}`);
}

async function handshakes(stage: Stage, findings: Findings): Promise<void> {
  const offered = (versions: object, protocols: string[]) =>
    agreement(stage, { ...versions, ALPNProtocols: protocols });
  findings.equal(await offered({}, ['h2', 'http/1.1']), 'TLSv1.3 h2', 'a browser');
  findings.equal(await offered({}, ['http/1.1']), 'TLSv1.3 http/1.1', 'one who knows no HTTP/2');
  findings.equal(await offered({ maxVersion: 'TLSv1.2' }, ['h2']), 'TLSv1.2 h2', 'one who knows no TLS 1.3');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
  findings.equal(await offered(old, ['http/1.1']), 'refused', 'one who knows no TLS 1.2');
  const weak = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' };
  findings.equal(await offered(weak, ['http/1.1']), 'refused', 'one who knows only CBC');
  const finiteField = { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' };
  findings.equal(await offered(finiteField, ['http/1.1']), 'refused', 'one who knows only finite-field Diffie-Hellman');
}

async function agreement(stage: Stage, options: object): Promise<string> {
  const { port, authority } = stage.place;
  const socket = connectTls({ host: '127.0.0.1', servername: 'localhost', port, ca: authority, ...options });
  try {
    await once(socket, 'secureConnect');
    return `${socket.getProtocol()} ${socket.alpnProtocol}`;
  } catch {
    return 'refused';
  } finally {
    socket.destroy();
  }
}
