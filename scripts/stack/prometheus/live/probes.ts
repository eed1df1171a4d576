import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verdict } from '../../../checks/check.js';
import { versionOf } from '../promtool.js';
import { withTemporaryFolder } from '../temporary.js';
import { startEdge, type Validity } from './edge.js';
import { startBlackbox } from './stack.js';

const READY = '{"status":"ok","checks":{}}';
const PAST: Validity = { from: '20200101000000Z', to: '20200201000000Z' };

const CASES: readonly { name: string; status: number; body: string; validity?: Validity; ready: number }[] = [
  { name: 'a Pitwall that is ready', status: 200, body: READY, ready: 1 },
  { name: 'one that is degraded', status: 200, body: '{"status":"degraded"}', ready: 1 },
  { name: 'one that is not ready', status: 503, body: '{"status":503}', ready: 0 },
  { name: 'a page of somebody else', status: 200, body: '<html>Welcome</html>', ready: 0 },
  { name: 'an expired certificate', status: 200, body: READY, validity: PAST, ready: 0 },
];

/** What the modules of the blackbox exporter say of each, asked as Prometheus asks. */
export async function checkProbes(): Promise<Verdict> {
  const details: string[] = [];
  for (const { name, status, body, validity, ready } of CASES) {
    const found = await withTemporaryFolder((folder) => probe(folder, status, body, validity));
    if (found.ready !== ready) details.push(`${name}: ready is ${found.ready}, not ${ready}`);
    const expired = found.expires * 1000 < Date.now();
    if (!Number.isFinite(found.expires) || expired !== (validity !== undefined))
      details.push(`${name}: the certificate expires at ${found.expires}`);
  }
  const summary = `${await versionOf('prometheus-blackbox-exporter')}: ${CASES.length} cases`;
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
}

async function probe(folder: string, status: number, body: string, validity?: Validity) {
  const service = createServer((_req, res) => void res.writeHead(status).end(body)).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const upstream = new URL(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);
  const edge = await startEdge(folder, upstream, validity);
  const blackbox = await startBlackbox(folder, edge);
  const ask = async (query: Record<string, string>, metric: string) => {
    const text = await (await fetch(`${blackbox.url}/probe?${new URLSearchParams(query)}`)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${metric} `));
    return Number(line?.slice(metric.length));
  };
  try {
    const target = `127.0.0.1:${edge.port}`;
    const asked = { module: 'ready', hostname: 'localhost', target: `https://${target}/health/ready` };
    return {
      ready: await ask(asked, 'probe_success'),
      expires: await ask({ module: 'certificate', target }, 'probe_ssl_earliest_cert_expiry'),
    };
  } finally {
    await blackbox.daemon.stop();
    await edge.close();
    service.closeAllConnections();
    service.close();
  }
}
