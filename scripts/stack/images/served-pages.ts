import { glob, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDataFolder } from '../../../load/service/data-folder.js';
import { freePort, PitwallProcess } from '../../../load/service/pitwall.js';
import type { Verdict } from '../../checks/check.js';
import { ROOT } from '../../checks/command.js';
import { ask, differences, told, type Answer, type Asked } from './answers.js';
import { startWebServer } from './web-server.js';

const BUILD = join(ROOT, 'frontend/build');
const SHOWN = 30;
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const JSON_CLIENT = { accept: 'application/json, text/plain, */*' };

/** The front end's nginx, request by request, against the service with the same pages, which is where the answers are defined. */
export async function checkServedPages(): Promise<Verdict> {
  const web = await startWebServer();
  const logs = await mkdtemp(join(tmpdir(), 'pitwall-pages-'));
  const data = await makeDataFolder('pages');
  try {
    const port = await freePort();
    const service = await PitwallProcess.start({
      command: [join(ROOT, 'backend/dist/main.js')],
      cwd: data.path,
      port,
      environment: { PITWALL_DATA_DIR: data.path, PUBLIC_URL: 'https://localhost:8443' },
      logFile: join(logs, 'pitwall.log'),
    });
    try {
      const asked = await requests();
      const compared = await compare(asked, `http://127.0.0.1:${port}`, web.url);
      const own = await ownFaults(web.url, await asset('js'));
      const details = [...compared, ...own];
      const summary = `nginx ${web.version}: ${asked.length} requests answered as by the service, 6 of its own`;
      return details.length > 0
        ? { outcome: 'failed', summary: `${details.length} differences (${summary})`, details: details.slice(0, SHOWN) }
        : { outcome: 'passed', summary };
    } finally {
      await service.stop();
    }
  } finally {
    await web.stop();
    await data.remove();
    await rm(logs, { recursive: true, force: true });
  }
}

/** The largest, which is worth compressing. */
async function asset(extension: 'js' | 'css'): Promise<string> {
  const sizes: { path: string; size: number }[] = [];
  for await (const path of glob(`_app/immutable/**/*.${extension}`, { cwd: BUILD })) {
    sizes.push({ path: `/${path}`, size: (await stat(join(BUILD, path))).size });
  }
  const largest = sizes.toSorted((one, other) => other.size - one.size)[0];
  if (!largest) throw new Error(`The build has no ${extension}.`);
  return largest.path;
}

async function requests(): Promise<Asked[]> {
  const [script, style] = [await asset('js'), await asset('css')];
  const pages = ['/', '/runs', '/runs/42?tab=jobs', '/_app/', '/a.b/c'];
  const files = [script, style, '/favicon.svg', '/theme.js', '/_app/version.json'];
  const nothing = ['/_app/immutable/old.js', '/.env', '/.git/config', '/%2egit/HEAD', '/a/.htpasswd'];
  const everything = [...pages, ...files, ...nothing, '/.well-known/nothing', '/_app/start.js.map', `${script}.map`];
  return [
    ...everything.map((path) => ({ path, headers: BROWSER })),
    ...everything.map((path) => ({ path, headers: JSON_CLIENT })),
    ...['/', '/runs', script, '/.env'].map((path) => ({ method: 'HEAD', path, headers: BROWSER })),
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'OPTIONS'].flatMap((method) =>
      ['/', script, '/favicon.svg', '/.env'].map((path) => ({ method, path, headers: BROWSER })),
    ),
    ...['*/*', 'image/png', 'text/*', 'application/json', 'text/html, application/json'].flatMap((accept) =>
      ['/runs', '/favicon.svg'].map((path) => ({ path, headers: { accept } })),
    ),
    { path: '/runs' },
    { path: script, headers: { 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() } },
    { path: '/', headers: { ...BROWSER, 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() } },
    { path: script, headers: { 'accept-encoding': 'gzip' } },
    { path: '/', headers: { ...BROWSER, 'accept-encoding': 'gzip' } },
  ];
}

async function compare(asked: readonly Asked[], service: string, web: string): Promise<string[]> {
  const faults: string[] = [];
  const standing = told(await ask(service, { path: '/', headers: BROWSER }));
  for (const request of asked) {
    const [expected, found] = await Promise.all([ask(service, request), ask(web, request)]);
    const { method = 'GET', path, headers = {} } = request;
    const what = `${method} ${path} ${Object.values(headers).join(' ')}`;
    faults.push(...differences(told(expected), told(found), standing).map((difference) => `${what}: ${difference}`));
  }
  return faults;
}

/** What the service has no like of. */
async function ownFaults(url: string, script: string): Promise<string[]> {
  const faults: string[] = [];
  const expectAnswer = async (asked: Asked, what: string, holds: (answer: Answer) => boolean) => {
    const answer = await ask(url, asked);
    if (!holds(answer)) faults.push(`${asked.path}: ${what} (${answer.status} ${JSON.stringify(answer.headers)})`);
  };
  await expectAnswer({ path: '/healthz' }, 'is not healthy', ({ status }) => status === 200);
  await expectAnswer({ path: '/' }, 'tells its version', ({ headers }) => headers.server === 'nginx');
  await expectAnswer({ path: script, headers: { 'accept-encoding': 'gzip' } }, 'is not sent compressed', (answer) => {
    return answer.headers['content-encoding'] === 'gzip' && answer.headers.vary === 'Accept-Encoding';
  });
  await expectAnswer({ path: script, headers: { range: 'bytes=0-9' } }, 'is cut up', ({ status }) => status === 200);
  await expectAnswer({ path: `${script}.gz` }, 'is given by itself', ({ status }) => status === 404);
  await expectAnswer({ path: '/%2e%2e/%2e%2e/etc/passwd' }, 'is not refused with all headers', (answer) => {
    return answer.status === 400 && answer.headers['x-content-type-options'] === 'nosniff';
  });
  return faults;
}
