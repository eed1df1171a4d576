import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import { askMeanwhile, type Honest } from './honest-requests.js';
import type { Target } from '../../checks/target.js';

interface SlowAttack {
  name: string;
  /** What slowhttptest is told. */
  options: string[];
  path: string;
  /** How long it goes on, in seconds, unless every connection is cut before. */
  seconds: number;
  /** slowhttptest makes no connections where there is nothing to attack: a service that answers no ranges. */
  optional?: true;
  /** For those whose head is sent at once: slowhttptest ends the head behind a cookie. */
  asUser?: true;
}

/** Larger than what the kernel keeps for a connection, so that the service has to hold the rest. */
const LARGE_FILE = '/api/docs/swagger-ui-bundle.js';

/** Whatever drips in or is not taken off: headers, a body, answers, and many ranges of one file. */
export const SLOW_ATTACKS: SlowAttack[] = [
  // Cut after 10 s (headers) and 30 s (all of a request).
  { name: 'slow headers', options: ['-H', '-i', '5', '-x', '24'], path: '/api/v1/runs', seconds: 40 },
  {
    name: 'slow body',
    options: ['-B', '-i', '5', '-s', '8192', '-f', 'application/json'],
    path: '/api/v1/auth/login',
    seconds: 60,
  },
  // Cut after 60 s in which nothing was taken.
  {
    name: 'slow read',
    options: ['-X', '-w', '1', '-y', '64', '-n', '10', '-z', '1', '-k', '10'],
    path: LARGE_FILE,
    seconds: 90,
    asUser: true,
  },
  { name: 'ranges', options: ['-R', '-a', '5', '-b', '2000'], path: '/', seconds: 20, optional: true },
];

const QUICK_CONNECTIONS = 100;
const CONNECTIONS = 400;
const PER_SECOND = 200;
const KILL_AFTER_MS = 150_000;

export async function runSlow(attack: SlowAttack, target: Target, folder: string, quick: boolean): Promise<Verdict> {
  const prefix = join(folder, attack.name.replace(' ', '-'));
  const connections = quick ? QUICK_CONNECTIONS : CONNECTIONS;
  const meanwhile = askMeanwhile(target);
  const { code, stdout } = await runCommand(
    'slowhttptest',
    [
      ...attack.options,
      ...['-c', String(connections), '-r', String(PER_SECOND), '-l', String(attack.seconds), '-p', '5'],
      ...(attack.asUser ? ['-j', target.headers.Cookie ?? ''] : []),
      ...['-u', target.url + attack.path, '-g', '-o', prefix, '-v', '1'],
    ],
    { timeoutMs: KILL_AFTER_MS },
  );
  const honest = await meanwhile.stop();
  await writeFile(`${prefix}.log`, stdout);
  if (code !== 0) throw new Error(`slowhttptest ended with ${code}: ${stdout.slice(-500)}`);
  return slowVerdict(parseSlowCsv(await readFile(`${prefix}.csv`, 'utf8')), { ...attack, connections }, honest);
}

interface Second {
  at: number;
  closed: number;
  pending: number;
  connected: number;
}

/**
 * Its CSV, one line a second: Seconds,Closed,Pending,Connected,Service Available. The last is not read: it is known from
 * a request for what is attacked, made by the busy attacker; `askMeanwhile` knows better.
 */
export function parseSlowCsv(csv: string): Second[] {
  const [header = '', ...lines] = csv.split(/\r?\n/).filter(Boolean);
  if (!header.startsWith('Seconds,Closed,Pending,Connected,Service Available')) {
    throw new Error('What slowhttptest wrote is no list of seconds.');
  }
  return lines.map((line) => {
    const [at = NaN, closed = NaN, pending = NaN, connected = NaN] = line.split(',').map(Number);
    return { at, closed, pending, connected };
  });
}

interface Attempt {
  connections: number;
  seconds: number;
  optional?: true;
}

/** Sound when every connection was made and let go, and whoever asked honestly was answered meanwhile. */
export function slowVerdict(csv: readonly Second[], attempt: Attempt, honest: Honest): Verdict {
  const { connections, seconds, optional } = attempt;
  const made = Math.max(0, ...csv.map(({ closed, connected }) => closed + connected));
  // It ends early when no connection is left, without a line that says so.
  const endedEarly = (csv.at(-1)?.at ?? 0) < seconds - 1;
  const held = endedEarly ? 0 : Math.min(csv.at(-1)?.connected ?? 0, honest.socketsAtEnd);
  if (optional && made === 0) return { outcome: 'passed', summary: 'there is nothing to attack' };
  const faults = [
    ...(made < connections * 0.9 ? [`only ${made} of ${connections} connections were made`] : []),
    ...(held > connections * 0.1 ? [`${held} of ${connections} connections were still held after ${seconds} s`] : []),
    ...(honest.refused.length > 0 ? [`${honest.refused.length} honest requests failed: ${honest.refused[0]}`] : []),
    ...(honest.answered === 0 ? ['no honest request was answered'] : []),
  ];
  return {
    outcome: faults.length > 0 ? 'failed' : 'passed',
    summary: `${made} connections, ${held} held; ${honest.answered} honest requests, p99 ${honest.p99.toFixed(0)} ms`,
    details: faults,
  };
}
