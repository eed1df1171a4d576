import type { Verdict } from '../../checks/check.js';
import { Findings } from './findings.js';
import { sendRaw } from './raw.js';
import type { Stage } from './stage.js';

/** `client_header_timeout` and `client_body_timeout` in nginx/clients.conf, and a second for a machine that is busy. */
const CUT_WITHIN_MS = 11_000;
const WAIT_MS = 14_000;
const HONEST_EVERY_MS = 100;
const MAX_HONEST_MS = 500;

/** One who does not get to the end of a head or stops within a body is cut off; who asks meanwhile is answered. */
export async function checkSlowClients(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const host = `Host: localhost:${stage.edge.ports.tls}`;
  const post = `POST /api/v1/hooks/edge HTTP/1.1\r\n${host}\r\nX-Request-Id: slow-client\r\nContent-Length: 1000\r\n\r\n{"a":`;
  const clients = {
    'silent within the head': { bytes: `GET / HTTP/1.1\r\n${host}\r\nX-A: b`, waitMs: WAIT_MS },
    'a byte of the head a second': {
      ...{ bytes: `GET / HTTP/1.1\r\n${host}\r\nX-A: `, waitMs: WAIT_MS },
      drip: { text: 'b', everyMs: 1_000 },
    },
    'silent within the body': { bytes: post, waitMs: WAIT_MS },
  };
  let working = true;
  const honest = ask(stage, () => working);
  const cut = await Promise.all(
    Object.entries(clients).map(async ([name, client]) => ({ name, ...(await sendRaw(stage.place, client)) })),
  );
  working = false;
  for (const { name, closedAfterMs } of cut) {
    const after = closedAfterMs === undefined ? 'never' : `after ${Math.round(closedAfterMs)} ms`;
    findings.expect(closedAfterMs !== undefined && closedAfterMs <= CUT_WITHIN_MS, `${name}: cut ${after}`);
  }
  const { statuses, slowest } = await honest;
  findings.equal([...new Set(statuses)], [200], 'honest requests meanwhile');
  findings.expect(slowest <= MAX_HONEST_MS, `an honest request took ${Math.round(slowest)} ms`);
  const seen = (await stage.serviceLog()).filter(({ requestId }) => requestId === 'slow-client');
  findings.equal(seen.length, 0, 'slow requests that the service saw');
  const latest = Math.max(...cut.map(({ closedAfterMs = 0 }) => closedAfterMs)) / 1000;
  return findings.verdict(
    `${stage.edge.program}: ${cut.length} slow clients cut within ${latest.toFixed(1)} s, ${statuses.length} honest requests, slowest ${Math.round(slowest)} ms`,
  );
}

async function ask(stage: Stage, working: () => boolean) {
  const statuses: number[] = [];
  let slowest = 0;
  while (working()) {
    const began = performance.now();
    statuses.push((await stage.call({ path: '/health/live' })).status);
    slowest = Math.max(slowest, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, HONEST_EVERY_MS));
  }
  return { statuses, slowest };
}
