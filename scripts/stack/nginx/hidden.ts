import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Verdict } from '../../checks/check.js';
import { EDGE_SOURCE } from './edge-config.js';
import { Findings } from './findings.js';
import type { Stage } from './stage.js';

/** SEC42: what has no business outside, in every spelling that a parser may take for it. */
const HIDDEN = [
  ...['/.git/config', '/.git/HEAD', '/.env', '/.htpasswd', '/.svelte-kit/x', '/a/.git/config', '//.env', '/%2eenv'],
  ...['/%2Egit/config', '/x/..%2f.env', '/.well-known/x', '/_app/immutable/entry/app.js.map', '/index.js.MAP'],
  ...['/metrics', '/metrics/', '/metrics?x', '//metrics', '/./metrics', '/%6detrics', '/metric%73', '/x/../metrics'],
  ...['/api/../metrics', '/api/..%2fmetrics', '/api/%2e%2e/metrics', '/api/v1/hooks/../../../metrics'],
  ...['/health/../metrics', '/problems/%2e%2e%2fmetrics', '/metrics/nested'],
];
/** Not decoded a second time, and no path of the service: its 404. */
const UNKNOWN = ['/api/%252e%252e/metrics', '/api/..;/metrics', '/problems/..%5cmetrics', '/api/v1/.env'];

/** SEC34: what a cache that goes by the end of a path would keep. */
const LOOKS_STATIC = [
  '/api/v1/me/x.css',
  '/api/v1/info/x.css',
  '/api/v1/info;x.css',
  '/api/v1/info%2fx.css',
  '/api/v1/info.js',
];

export async function checkHidden(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const asked = (await stage.serviceLog()).length;
  for (const path of HIDDEN) await checkPath(stage, path, findings);
  // The service has a 404 of its own for many of them, and a front end may not.
  findings.equal((await stage.serviceLog()).length, asked, 'requests for what is hidden that were passed on');
  for (const path of UNKNOWN) await checkPath(stage, path, findings);
  await checkNotCached(stage, findings);
  return findings.verdict(
    `${stage.edge.program}: ${HIDDEN.length + UNKNOWN.length} spellings of what is hidden, as an Admin; ${LOOKS_STATIC.length + 1} answers not kept`,
  );
}

async function checkPath(stage: Stage, path: string, findings: Findings): Promise<void> {
  const { status, body, headers } = await stage.callAsAdmin({ path });
  findings.equal(status, 404, path);
  findings.expect(!/# HELP|pitwall_build_info|\[core\]/.test(body.toString()), `${path} shows what it should not`);
  findings.expect(!/nginx\/\d/.test(`${headers['server']} ${body.toString()}`), `${path} tells the version of nginx`);
}

async function checkNotCached(stage: Stage, findings: Findings): Promise<void> {
  for (const path of [...LOOKS_STATIC, '/api/v1/info']) {
    const ids: string[] = [randomUUID(), randomUUID()];
    for (const id of ids) {
      const headers = { Cookie: stage.cookie, 'X-Request-Id': id };
      const answer = await stage.call({ path, headers });
      findings.equal(answer.headers['cache-control'], 'no-store', `${path} Cache-Control`);
      findings.equal(
        [answer.headers['expires'], answer.headers['age']],
        [undefined, undefined],
        `${path} Expires, Age`,
      );
    }
    const seen = (await stage.serviceLog()).filter(({ requestId }) => ids.includes(requestId)).length;
    findings.equal(seen, ids.length, `${path}: how often the service was asked`);
  }
  for (const file of await readdir(EDGE_SOURCE)) {
    const text = await readFile(join(EDGE_SOURCE, file), 'utf8');
    findings.expect(!/^ *(proxy_cache|proxy_store|expires) /m.test(text), `nginx/${file} keeps answers`);
  }
}
