import { randomUUID } from 'node:crypto';
import type { Verdict } from '../../checks/check.js';
import { Findings } from './findings.js';
import { Mirror } from './mirror.js';
import type { Stage } from './stage.js';

const CALLER = '127.0.0.2';
const OTHER_CALLER = '127.0.0.3';
const FORGED = '203.0.113.9';

/** What a caller may try to be taken for somebody else by. */
const FORGERIES: Record<string, string | string[]>[] = [
  { 'X-Forwarded-For': FORGED },
  { 'X-Forwarded-For': [FORGED, '127.0.0.1'] },
  { 'X-Forwarded-For': `${FORGED}, 127.0.0.1, 127.0.0.1` },
  { 'x-forwarded-for': FORGED, X_Forwarded_For: FORGED },
  { 'X-Real-IP': FORGED, 'X-Client-IP': FORGED, 'True-Client-IP': FORGED, 'CF-Connecting-IP': FORGED },
  { Forwarded: `for=${FORGED};proto=http;host=elsewhere.example` },
  { 'X-Forwarded-Proto': 'http' },
  { 'X-Forwarded-Proto': ['http', 'http'], 'X-Forwarded-Host': 'elsewhere.example', 'X-Forwarded-Port': '80' },
  { Connection: 'close, X-Forwarded-For, X-Forwarded-Proto', 'X-Forwarded-For': FORGED },
];
/** Of one connection: they end at nginx. */
const OF_THE_CONNECTION = {
  TE: 'trailers',
  Upgrade: 'websocket',
  'Keep-Alive': 'timeout=5',
  Connection: 'upgrade, TE',
};
const KEPT_OUT = [
  'forwarded',
  'x-real-ip',
  'x-forwarded-port',
  'x_forwarded_for',
  'connection',
  'te',
  'upgrade',
  'keep-alive',
];
/** Where requests are passed on, each location by itself. */
const LOCATIONS = [
  '/',
  '/api/v1/info',
  '/api/v1/live',
  '/api/v1/hooks/x',
  '/api/v1/ingest',
  '/api/v1/ingest/batch',
  '/health',
];
const RIGHT_ID = 'chosen-by.the_Caller-1';
const WRONG_IDS = ['short', 'x'.repeat(65), 'a"b\\c{d}e', 'with space', '../../etc'];
/** More than the 10 that may be tried in a minute (RATE_LIMIT_AUTH). */
const TRIES = 14;

/** SEC22: who is asking is what nginx saw; what a caller says of it reaches neither log nor limiter. */
export async function checkForwarded(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const ids: string[] = [];
  for (const forgery of FORGERIES) {
    const id = randomUUID();
    ids.push(id);
    const headers = { ...forgery, 'X-Request-Id': id };
    const answer = await stage.callAsAdmin({ path: '/api/v1/info', headers, from: CALLER });
    // FORCE_HTTPS would redirect one who is believed to have come by http.
    findings.equal(answer.status, 200, `status with ${JSON.stringify(forgery)}`);
    findings.equal(answer.headers['x-request-id'], id, 'X-Request-Id of the answer');
  }
  await lookBehind(findings);
  await tryIds(stage, findings);
  await tryLimiter(stage, findings);

  const log = await stage.serviceLog();
  const edgeLog = await stage.edge.accessLog();
  for (const [index, id] of ids.entries()) {
    const said = JSON.stringify(FORGERIES[index]);
    const remotes = log.filter(({ requestId }) => requestId === id).map(({ remote }) => remote);
    findings.equal(remotes, [CALLER], `address in the service's log with ${said}`);
    const seen = edgeLog.filter(({ requestId }) => requestId === id).map(({ remote }) => remote);
    findings.equal(seen, [CALLER], `address in the edge's log with ${said}`);
  }
  findings.expect(!JSON.stringify(log).includes(FORGED), `${FORGED} is in the service's log`);
  return findings.verdict(
    `${stage.edge.program}: ${FORGERIES.length} forgeries at ${LOCATIONS.length} locations, ${WRONG_IDS.length} malformed request ids, ${TRIES} sign-ins under as many forged addresses`,
  );
}

/** What reaches a process, at each location. */
async function lookBehind(findings: Findings): Promise<void> {
  const mirror = await Mirror.start();
  try {
    for (const path of LOCATIONS) {
      for (const forgery of [...FORGERIES, OF_THE_CONNECTION]) {
        const seen = await mirror.headersOf({
          path,
          headers: { ...forgery, Host: 'pitwall.example:8443' },
          from: CALLER,
        });
        const said = `behind ${path} with ${JSON.stringify(forgery)}`;
        const told = [seen['x-forwarded-for'], seen['x-forwarded-proto'], seen['x-forwarded-host'], seen.host];
        findings.equal(told, [CALLER, 'https', 'pitwall.example', 'pitwall.example'], said);
        const more = KEPT_OUT.filter((name) => seen[name] !== undefined);
        findings.equal(more, [], `headers that came through ${said}`);
      }
    }
  } finally {
    await mirror.stop();
  }
}

async function tryIds(stage: Stage, findings: Findings): Promise<void> {
  const right = await stage.call({ path: '/health/live', headers: { 'X-Request-Id': RIGHT_ID } });
  findings.equal(right.headers['x-request-id'], RIGHT_ID, 'a well-formed request id');
  for (const id of WRONG_IDS) {
    const { headers } = await stage.call({ path: '/health/live', headers: { 'X-Request-Id': id } });
    const given = String(headers['x-request-id']);
    // nginx's own: the service would have made a UUID.
    findings.expect(/^[0-9a-f]{32}$/.test(given), `in place of the request id ${id} came ${given}`);
  }
}

/** The limit holds for the address that nginx saw, and for that alone. */
async function tryLimiter(stage: Stage, findings: Findings): Promise<void> {
  const tryFrom = (from: string, forged: string) => {
    const body = JSON.stringify({ email: `${randomUUID()}@example.com`, password: 'wrong password' });
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': forged, 'X-Real-IP': forged };
    return stage.call({ method: 'POST', path: '/api/v1/auth/login', headers, body, from });
  };
  const statuses: number[] = [];
  for (let index = 1; index <= TRIES; index++) statuses.push((await tryFrom(CALLER, `198.51.100.${index}`)).status);
  findings.equal([...new Set(statuses)], [401, 429], `sign-ins under ${TRIES} forged addresses`);
  const other = await tryFrom(OTHER_CALLER, CALLER);
  findings.equal(other.status, 401, 'sign-in from another address, forged as the one that is limited');
}
