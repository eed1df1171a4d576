import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Verdict } from '../../checks/check.js';
import { open, summaryOf, type Answer } from './client.js';
import { Findings } from './findings.js';
import type { Stage } from './stage.js';

const MB = 1_000_000;
const MIB = 1024 * 1024;
/** `http2_max_concurrent_streams`, as it is by default. */
const STREAMS_PER_CONNECTION = 128;
const CONNECTIONS = 4;
/** `limit_conn` in nginx/clients.conf. */
const MAX_AT_ONCE = 500;
const CROWD_TIMEOUT_MS = 5_000;

/** Of that many bytes, as GitHub might send. */
const jsonOf = (bytes: number) => `{"zen":"${'x'.repeat(bytes - 10)}"}`;

/** Bodies as large as the service takes come through; larger ones are a 413, of the service or of nginx. */
export async function checkBodies(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const problem = (answer: Answer) => ({ status: answer.status, type: answer.headers['content-type'] });
  const tooLarge = { status: 413, type: 'application/problem+json; charset=utf-8' };
  const saidBy = ({ body }: Answer) => (body.includes('larger than what is taken') ? 'nginx' : 'service');
  const expectTooLarge = (answer: Answer, by: string, what: string) => {
    findings.equal({ ...problem(answer), by: saidBy(answer) }, { ...tooLarge, by }, what);
  };

  const whole = await stage.call(stage.delivery(jsonOf(24 * MB)));
  findings.equal([whole.status, outcomeOf(whole)], [202, 'accepted'], 'a webhook of 24 MB');
  const fullest = await stage.call(stage.delivery(jsonOf(25 * MIB)));
  findings.equal([fullest.status, outcomeOf(fullest)], [202, 'accepted'], 'a webhook of 25 MiB');
  expectTooLarge(await stage.call(stage.delivery(jsonOf(26.5 * MB))), 'service', 'a webhook of 26.5 MB');
  expectTooLarge(await stage.call(stage.delivery(jsonOf(40 * MB))), 'nginx', 'a webhook of 40 MB');
  const bomb = stage.delivery(gzipSync(Buffer.alloc(200 * MB)));
  const headers = { ...bomb.headers, 'Content-Encoding': 'gzip' };
  expectTooLarge(await stage.call({ ...bomb, headers }), 'service', 'a webhook of 200 MB in 200 kB');
  expectTooLarge(await chunked(stage, 30), 'nginx', 'a webhook of 30 MiB in chunks');

  const post = (path: string, body: string) =>
    stage.callAsAdmin({ method: 'POST', path, body, headers: { 'Content-Type': 'application/json' } });
  expectTooLarge(await post('/api/v1/ingest/batch', jsonOf(10.5 * MIB)), 'service', 'a batch of 10.5 MiB');
  expectTooLarge(await post('/api/v1/ingest/batch', jsonOf(12 * MIB)), 'nginx', 'a batch of 12 MiB');
  expectTooLarge(await post('/api/v1/ingest', jsonOf(1.1 * MIB)), 'nginx', 'a record of 1.1 MiB');
  const batch = JSON.stringify([{ type: 'sensor', source: 'edge-records', data: { text: 'x'.repeat(9 * MIB) } }]);
  findings.equal((await post('/api/v1/ingest/batch', batch)).status, 202, 'a batch of 9 MiB');

  await crowd(stage, findings);
  return findings.verdict(
    `${stage.edge.program}: 10 bodies of 1 to 200 MB, ${CONNECTIONS * STREAMS_PER_CONNECTION} requests of one address at once`,
  );
}

const outcomeOf = ({ body }: Answer) => (JSON.parse(body.toString()) as { outcome?: string }).outcome;

function chunked(stage: Stage, mebibytes: number): Promise<Answer> {
  const { method, path, headers } = stage.delivery('{}');
  const request = open(stage.place, { method: method as string, path, headers });
  for (let index = 0; index < mebibytes; index++) request.write(Buffer.alloc(MIB, 'x'));
  request.end();
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('close', () => resolve({ ...summaryOf(response), body: Buffer.concat(chunks) }));
    });
  });
}

/** One address holds as many requests as it may: those beyond are told so, a provider's webhook is not. */
async function crowd(stage: Stage, findings: Findings): Promise<void> {
  const { authority, port } = stage.place;
  const connections = Array.from({ length: CONNECTIONS }, () =>
    connect(`https://127.0.0.1:${port}`, { ca: authority }).on('error', () => undefined),
  );
  try {
    const refused: unknown[] = [];
    for (const connection of connections) {
      for (let index = 0; index < STREAMS_PER_CONNECTION; index++) {
        const stream = connection.request({ ':method': 'POST', ':path': '/api/v1/ingest', 'content-length': '100' });
        stream.on('error', () => undefined);
        stream.on('response', (headers) => refused.push([headers[':status'], headers['retry-after']]));
      }
    }
    const beyond = CONNECTIONS * STREAMS_PER_CONNECTION - MAX_AT_ONCE;
    for (let waited = 0; refused.length < beyond && waited < CROWD_TIMEOUT_MS; waited += 20) await sleep(20);
    const expected = Array.from({ length: beyond }, () => [429, '5']);
    findings.equal(refused, expected, `those beyond ${MAX_AT_ONCE}`);
    const hook = await stage.call(stage.delivery(jsonOf(100)));
    findings.equal(hook.status, 202, 'a webhook at the same time');
    const elsewhere = await stage.call({ path: '/health/live', from: '127.0.0.2' });
    findings.equal(elsewhere.status, 200, 'a request of another address at the same time');
  } finally {
    for (const connection of connections) connection.destroy();
  }
}
