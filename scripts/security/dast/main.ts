/**
 * Attacks a Pitwall of its own with the scanners that are installed, on loopback. Ends with 1 where one found something,
 * with 2 where none is installed. Reports are below reports/dast. `DAST_QUICK=true` tries less; the names of scanners as
 * arguments run those alone.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasFailed, runChecks, summaryTable, type Check, type Verdict } from '../../checks/check.js';
import { isInstalled, ROOT } from '../../checks/command.js';
import type { ApiDocument } from './api-document.js';
import { readSamples, scanRequests } from './scan-requests.js';
import { runSlow, SLOW_ATTACKS } from './slowhttptest.js';
import { runSqlmap } from './sqlmap.js';
import { startTarget, type Target } from '../../checks/target.js';
import { faultsVerdict, readTraffic } from './traffic.js';
import { runWapiti } from './wapiti.js';

const SCANNERS = ['wapiti', 'sqlmap', 'slowhttptest'];
const chosen = process.argv.length > 2 ? process.argv.slice(2) : SCANNERS;
const FOLDER = join(ROOT, 'reports/dast');
const quick = process.env.DAST_QUICK === 'true';
const say = (line: string) => console.log(line);

if (SCANNERS.some(isInstalled)) await scan();
else {
  say(`None of the scanners is installed: apt-get install ${SCANNERS.join(' ')}`);
  process.exitCode = 2;
}

async function scan(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const target = await startTarget({ logFile: join(FOLDER, 'pitwall.log') });
  process.once('SIGINT', () => void target.stop().then(() => process.exit(130)));
  try {
    const requests = await requestsOf(target);
    say(`${target.url}: ${requests.length} requests to try${quick ? ', quickly' : ''}`);
    const results = await runChecks(
      [
        check('wapiti', 'wapiti', () => runWapiti(target, requests, FOLDER, quick)),
        check('sqlmap', 'sqlmap', () => runSqlmap(target, requests, FOLDER, quick)),
        ...SLOW_ATTACKS.map((attack) =>
          check(`slowhttptest, ${attack.name}`, 'slowhttptest', () => runSlow(attack, target, FOLDER, quick)),
        ),
        { name: 'the service', run: async () => faultsVerdict(await readTraffic(target)) },
      ],
      say,
    );
    say(summaryTable(results));
    say(`Reports: ${FOLDER}`);
    process.exitCode = hasFailed(results) ? 1 : 0;
  } finally {
    await target.stop();
  }
}

function check(name: string, program: string, run: () => Promise<Verdict>): Check {
  if (!chosen.includes(program)) return { name, run: async () => ({ outcome: 'not run', summary: 'not asked for' }) };
  return { name, programs: [program], run };
}

async function requestsOf({ url, headers, admin }: Target) {
  const fetchJson = async (path: string): Promise<unknown> => {
    const answer = await fetch(url + path, { headers });
    return answer.ok ? answer.json().catch(() => undefined) : undefined;
  };
  const document = (await fetchJson('/api/openapi.json')) as ApiDocument;
  const bodies = { '/api/v1/auth/login': { ...admin, kind: 'token' } };
  return scanRequests(document, await readSamples(fetchJson), bodies, fetchJson);
}
