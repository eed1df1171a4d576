import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import type { ScanRequest } from './scan-requests.js';
import type { Target } from '../../checks/target.js';
import { readTraffic, untriedRoutes } from './traffic.js';

/**
 * All that need nothing but the service: `ssrf` and `xxe` want a listener of wapiti's makers, `nikto` and `wapp` databases
 * that are downloaded.
 */
const QUICK = [
  'blindsql',
  'cookieflags',
  'crlf',
  'csp',
  'exec',
  'file',
  'http_headers',
  'permanentxss',
  'redirect',
  'sql',
  'xss',
];
const MORE = ['backup', 'brute_login_form', 'buster', 'csrf', 'htaccess', 'methods', 'shellshock'];

const INFORMATIONAL = 0;
const KILL_AFTER_MS = 420_000;

/** What wapiti counts as a weakness and is none. Always found: where it is not, wapiti did not look, or it may go. */
const ACCEPTED: { info: RegExp; why: string }[] = [
  {
    info: /^X-XSS-Protection is not set$/,
    why: 'wants 1, which made pages less safe; 0 is right (OWASP HTTP Headers)',
  },
  { info: /^Strict-Transport-Security is not set$/, why: 'must not be sent over plain HTTP (RFC 6797, 7.2)' },
];

interface Finding {
  method: string;
  path: string;
  info: string;
  level: number;
}

/** What wapiti 3.0 writes with `--format json`, by the kind of finding. Anomalies are answers of 500, and none at all. */
interface WapitiReport {
  vulnerabilities?: Record<string, Finding[]>;
  anomalies?: Record<string, Finding[]>;
}

/** Crawls the pages and the API from the root and from each of the requests on, and attacks what it found. */
export async function runWapiti(
  target: Target,
  requests: ScanRequest[],
  folder: string,
  quick: boolean,
): Promise<Verdict> {
  const report = join(folder, 'wapiti.json');
  const before = await readTraffic(target);
  const gets = requests.filter(({ method }) => method === 'GET');
  const starts = gets.map(({ path }) => target.url + path.replace('*', ''));
  const { code, stdout, stderr } = await runCommand(
    'wapiti',
    [
      ...['-u', `${target.url}/`, '-m', (quick ? QUICK : [...QUICK, ...MORE]).join(',')],
      ...starts.flatMap((start) => ['-s', start]),
      ...Object.entries(target.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
      ...['--flush-session', '--store-session', join(folder, 'wapiti'), '--no-bugreport', '-t', '10', '-v', '1'],
      ...['--max-scan-time', quick ? '20' : '60', '--max-attack-time', quick ? '10' : '30'],
      ...['-f', 'json', '-o', report],
    ],
    { timeoutMs: KILL_AFTER_MS },
  );
  await writeFile(join(folder, 'wapiti.log'), stdout);
  if (code !== 0) throw new Error(`wapiti ended with ${code}: ${(stderr || stdout).slice(-500)}`);
  const untried = untriedRoutes(gets, before, await readTraffic(target), 1);
  if (untried.length > 0) throw new Error(`wapiti did not try ${untried.join(', ')}.`);
  return wapitiVerdict(await readFile(report, 'utf8'), report);
}

export function wapitiVerdict(text: string, report: string): Verdict {
  const { vulnerabilities, anomalies } = JSON.parse(text) as WapitiReport;
  if (!vulnerabilities || !anomalies) throw new Error('What wapiti wrote is no report.');
  const findings = [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(([kind, found]) =>
    found
      .filter(({ level }) => level > INFORMATIONAL)
      .map((finding) => ({ ...finding, kind, accepted: ACCEPTED.find(({ info }) => info.test(finding.info)) })),
  );
  const unseen = ACCEPTED.filter((one) => !findings.some(({ accepted }) => accepted === one));
  if (unseen.length > 0)
    throw new Error(`wapiti did not find what is always there: ${unseen.map(({ info }) => info.source).join(', ')}.`);
  const counted = findings.filter(({ accepted }) => !accepted);
  const lines = findings.map(({ kind, method, path, info, accepted }) =>
    [`${kind}: ${method} ${path} ${info}`, ...(accepted ? [`accepted: ${accepted.why}`] : [])].join('; '),
  );
  return {
    outcome: counted.length > 0 ? 'failed' : 'passed',
    summary: `${counted.length} findings, ${findings.length - counted.length} accepted, ${report}`,
    details: [...new Set(lines)],
  };
}
