import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import type { ScanRequest } from './scan-requests.js';
import type { Target } from '../../checks/target.js';
import { readTraffic, untriedRoutes } from './traffic.js';

const KILL_AFTER_MS = 540_000;
/** Fewer requests than this cannot have been an attempt at anything. */
const LEAST_REQUESTS = 10;

/** Tries to get SQL through each of the requests. */
export async function runSqlmap(
  target: Target,
  requests: ScanRequest[],
  folder: string,
  quick: boolean,
): Promise<Verdict> {
  const [log, results] = [join(folder, 'sqlmap-requests.txt'), join(folder, 'sqlmap.csv')];
  await writeFile(log, requestLog(target.url, requests));
  const before = await readTraffic(target);
  const { code, stdout } = await runCommand(
    'sqlmap',
    [
      ...['-l', log, '--results-file', results, '--output-dir', join(folder, 'sqlmap')],
      ...['--batch', '--ignore-stdin', '--flush-session', '--disable-coloring', '--dbms', 'PostgreSQL', '--skip-waf'],
      ...['--level', quick ? '1' : '2', '--risk', '2', '--time-sec', '2', '--timeout', '20', '--retries', '1'],
      // Refusals are the usual answer; they must not end the attempt.
      ...['--ignore-code', '400,401,403,404,409,413,422,429', '--drop-set-cookie'],
      ...[
        '--headers',
        Object.entries(target.headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n'),
      ],
    ],
    { timeoutMs: KILL_AFTER_MS },
  );
  await writeFile(join(folder, 'sqlmap.log'), stdout);
  if (code !== 0) throw new Error(`sqlmap ended with ${code}: ${stdout.slice(-500)}`);
  const untried = untriedRoutes(requests, before, await readTraffic(target), LEAST_REQUESTS);
  if (untried.length > 0) throw new Error(`sqlmap did not try ${untried.join(', ')}.`);
  return sqlmapVerdict(await readFile(results, 'utf8'), requests.length, results);
}

/** Requests in the form of Burp's log, which sqlmap takes with their methods and bodies. */
export function requestLog(url: string, requests: readonly ScanRequest[]): string {
  const rule = '='.repeat(54);
  const { host } = new URL(url);
  return requests
    .map(({ method, path, body }) => {
      const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
      if (body === undefined) return [rule, ...head, '', rule, ''].join('\n');
      return [rule, ...head, 'Content-Type: application/json', '', body, rule, ''].join('\n');
    })
    .join('\n');
}

/** What sqlmap tried again and could not repeat, as where an answer holds a new id each time. */
const REFUTED = 'false positive or unexploitable';

/** Its CSV has a line for each place that SQL came through: Target URL, Place, Parameter, Technique(s), Note(s). */
export function sqlmapVerdict(csv: string, tried: number, report: string): Verdict {
  const [header = '', ...lines] = csv.split(/\r?\n/).filter(Boolean);
  if (!header.startsWith('Target URL,')) throw new Error('What sqlmap wrote is no list of results.');
  const refuted = lines.filter((line) => line.endsWith(REFUTED)).length;
  return {
    outcome: lines.length > refuted ? 'failed' : 'passed',
    summary: `${lines.length - refuted} injections in ${tried} requests, ${refuted} refuted by sqlmap itself, ${report}`,
    details: lines,
  };
}
