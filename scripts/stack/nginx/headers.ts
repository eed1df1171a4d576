import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { securityHeaders } from '../../../backend/src/http/security-headers.js';
import { problemDetailsSchema } from '../../../backend/src/http/problem-details.js';
import { freePort } from '../../../load/service/pitwall.js';
import type { Verdict } from '../../checks/check.js';
import { ROOT } from '../../checks/command.js';
import { call, type Answer, type Call } from './client.js';
import { Edge } from './edge.js';
import { Findings } from './findings.js';
import type { Stage } from './stage.js';

/** Of the connection or the moment, or counted anew for each request. */
const OF_THE_MOMENT = /^(date|server|connection|keep-alive|transfer-encoding|ratelimit|ratelimit-policy|x-request-id)$/;
const HTML = { Accept: 'text/html' };
const OWN_HEADERS = [...securityHeaders('api', { https: true }), ['Cache-Control', 'no-store']].map(
  ([name = '', value]) => [name.toLowerCase(), value] as const,
);

/** What comes through nginx has the headers that the service gave it, each once; what nginx answers itself has its own. */
export async function checkHeaders(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const passed = await comparePassedOn(stage, findings);
  await checkCompression(stage, findings);
  const own = await checkOwnAnswers(stage, findings);
  return findings.verdict(
    `${stage.edge.program}: ${passed} answers of the service unchanged, ${own} of nginx's own with their headers and shape`,
  );
}

async function comparePassedOn(stage: Stage, findings: Findings): Promise<number> {
  const calls: Call[] = [
    { path: '/', headers: HTML },
    { path: '/runs/x', headers: HTML },
    { path: await assetPath() },
    { path: '/favicon.svg' },
    { path: '/no-such-file.js' },
    { path: '/api/v1/info' },
    { path: '/api/v1/nothing' },
    { path: '/api/v1/info', method: 'DELETE' },
    { path: '/api/docs' },
    { path: '/api' },
    { path: '/problems/not-found' },
    { path: '/.well-known/security.txt' },
    ...['/health', '/healthz', '/health/live', '/health/ready'].map((path) => ({ path })),
  ];
  for (const one of calls) {
    // The id is in the answers of errors, whose length would differ.
    const headers = { Authorization: `Bearer ${stage.token}`, 'X-Request-Id': 'the-same-id', ...one.headers };
    const through = await stage.call({ ...one, headers });
    const direct = await askService(stage, { ...one, headers });
    const name = `${one.method ?? 'GET'} ${one.path}`;
    findings.equal(through.status, direct.status, `${name} status`);
    findings.equal(lasting(through.list), lasting([...direct.headers]), `${name} headers`);
    if (one.path === '/') findings.equal(through.headers['cache-control'], 'no-cache', `${name} Cache-Control`);
  }
  return calls.length;
}

/** The largest script of the front end. */
async function assetPath(): Promise<string> {
  const folder = join(ROOT, 'frontend/build/_app/immutable/chunks');
  const files = await Promise.all(
    (await readdir(folder)).map(async (file) => ({ file, ...(await stat(join(folder, file))) })),
  );
  const [largest] = files.filter(({ file }) => file.endsWith('.js')).sort((one, other) => other.size - one.size);
  if (!largest) throw new Error('The front end has no scripts.');
  return `/_app/immutable/chunks/${largest.file}`;
}

/** Files are compressed; what the API says never is, since it may hold a secret beside what the caller sent (BREACH). */
async function checkCompression(stage: Stage, findings: Findings): Promise<void> {
  const encoding = async (path: string) => {
    const headers = { Accept: '*/*', 'Accept-Encoding': 'gzip, br' };
    return (await stage.callAsAdmin({ path, headers })).headers['content-encoding'];
  };
  findings.equal(await encoding('/theme.js'), undefined, 'compression of a file of less than 1 KiB');
  findings.equal(await encoding(await assetPath()), 'gzip', 'compression of a script');
  for (const path of ['/api/openapi.json', '/api/v1/sources', '/health']) {
    findings.equal(await encoding(path), undefined, `compression of ${path}`);
  }
}

/** Without nginx, as one who is trusted to say that it was https. */
function askService({ services: [service] }: Stage, { method = 'GET', path, headers }: Call): Promise<Response> {
  const forwarded = { ...headers, 'X-Forwarded-Proto': 'https' } as Record<string, string>;
  return fetch(`http://127.0.0.1:${service?.port}${path}`, { method, headers: forwarded, redirect: 'manual' });
}

/** Each header that stays, sorted. nginx may say that an answer depends on Accept-Encoding, as it does. */
function lasting(list: readonly (readonly [string, string])[]): string[] {
  return list
    .filter(([name]) => !OF_THE_MOMENT.test(name))
    .filter(([name, value]) => !(name === 'vary' && value === 'Accept-Encoding'))
    .map(([name, value]) => `${name}: ${value}`)
    .sort();
}

interface OwnAnswer extends Call {
  status: number;
  page?: true;
  has?: Record<string, string>;
}

const OWN_ANSWERS: OwnAnswer[] = [
  { path: '/metrics', status: 404 },
  { path: '/edge-answer/problem', status: 404, page: true },
  { path: '/.env', status: 404, page: true },
  {
    path: '/api/v1/info',
    method: 'TRACE',
    status: 405,
    has: { allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' },
  },
  { path: '/x', method: 'TRACE', status: 405, page: true },
  { path: '/api/v1/auth/login', method: 'POST', body: Buffer.alloc(1024 * 1024 + 1), status: 413 },
  { path: '/', method: 'POST', body: Buffer.alloc(1024 * 1024 + 1), status: 413, page: true },
  { path: `/${'x'.repeat(9000)}`, status: 414 },
  { path: '/api/%zz', status: 400 },
  { path: '/api/v1/info', headers: { a: 'x'.repeat(7000), b: 'x'.repeat(7000), c: 'x'.repeat(7000) }, status: 431 },
];

async function checkOwnAnswers(stage: Stage, findings: Findings): Promise<number> {
  for (const own of OWN_ANSWERS) checkOwn(await stage.call(own), own, findings);
  const fits = { a: 'x'.repeat(7000), b: 'x'.repeat(7000) };
  const { status } = await stage.callAsAdmin({ path: '/api/v1/info', headers: fits });
  findings.equal(status, 200, 'headers of 14 KiB, which Node takes');

  const nobody = await Edge.start({ backend: [await freePort()], frontend: [await freePort()] });
  const retry = { 'retry-after': '5' };
  const dead: OwnAnswer[] = [
    { path: '/api/v1/hooks/x', method: 'POST', body: '{}', status: 502, has: retry },
    { path: '/health/ready', status: 502, has: retry },
    { path: '/', status: 502, page: true, has: retry },
  ];
  try {
    const place = { port: nobody.ports.tls, authority: nobody.authority };
    for (const own of dead) checkOwn(await call(place, own), own, findings);
  } finally {
    await nobody.stop();
  }
  return OWN_ANSWERS.length + dead.length + (await checkPlain(stage, findings));
}

function checkOwn({ status, list, headers, body }: Answer, own: OwnAnswer, findings: Findings): void {
  const name = `${own.method ?? 'GET'} ${own.path.slice(0, 30)}`;
  findings.equal(status, own.status, `${name} status`);
  for (const [header, value] of [...OWN_HEADERS, ...Object.entries(own.has ?? {})]) {
    const given = list.filter(([one]) => one === header).map(([, one]) => one);
    findings.equal(given, [value], `${name} ${header}`);
  }
  findings.equal(headers['server'], 'nginx', `${name} Server`);
  const type = own.page ? 'text/html; charset=utf-8' : 'application/problem+json; charset=utf-8';
  findings.equal(headers['content-type'], type, `${name} type`);
  if (!own.page) checkProblem(body.toString(), { status, id: headers['x-request-id'] }, name, findings);
}

function checkProblem(text: string, given: { status: number; id: unknown }, name: string, findings: Findings): void {
  const { data, error } = problemDetailsSchema.safeParse(parsed(text));
  findings.expect(!error, `${name} is no problem of the service's shape: ${text}`);
  findings.equal({ status: data?.status, id: data?.requestId }, given, `${name} problem`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** By plain http: reading is led to https, anything else is refused, and nothing reaches the service. */
async function checkPlain(stage: Stage, findings: Findings): Promise<number> {
  const { plain } = stage.edge.ports;
  const before = (await stage.serviceLog()).length;
  const paths = ['/', '/api/v1/info?a=b', '/health', '/health/ready', '/metrics'];
  for (const path of paths) {
    const answer = await fetch(`http://localhost:${plain}${path}`, { redirect: 'manual' });
    findings.equal(answer.status, 308, `plain ${path}`);
    findings.equal(answer.headers.get('location'), stage.url + path, `plain ${path} Location`);
    const own = OWN_HEADERS.filter(([header]) => header !== 'strict-transport-security');
    for (const [header, value] of own) findings.equal(answer.headers.get(header), value, `plain ${path} ${header}`);
    findings.equal(answer.headers.get('strict-transport-security'), null, `plain ${path} HSTS`);
  }
  const refused = await fetch(`http://localhost:${plain}/api/v1/hooks/x`, { method: 'POST', body: '{}' });
  findings.equal(refused.status, 403, 'plain POST');
  const given = { status: 403, id: refused.headers.get('x-request-id') };
  checkProblem(await refused.text(), given, 'plain POST', findings);
  findings.equal((await stage.serviceLog()).length, before, 'requests that the service saw by plain http');
  return paths.length + 1;
}
