import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import { parseSlowCsv } from '../../security/dast/slowhttptest.js';
import { Findings } from './findings.js';
import { sendAtRate } from './open-load.js';
import type { Stage } from './stage.js';

const REQUESTS = 5_000;
const CONNECTIONS = 1_000;
const HONEST_RATE = 10;
const MAX_HONEST_P99_MS = 500;
/** One address is only given so many requests at once. */
const ANOTHER_ADDRESS = '127.0.0.2';

/** Thousands of requests over a few connections of HTTP/2: each is answered. */
export async function checkHttp2Load(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const { code, stdout, stderr } = await runCommand('h2load', [
    ...['-n', String(REQUESTS), '-c', '10', '-m', '20'],
    `https://127.0.0.1:${stage.edge.ports.tls}/health/live`,
  ]);
  if (code !== 0) throw new Error(`h2load ended with ${code}: ${stderr}`);
  const [, rate = ''] = /, ([\d.]+) req\/s/.exec(stdout) ?? [];
  findings.expect(/Application protocol: h2/.test(stdout), 'HTTP/2 was not agreed on');
  const [, succeeded] = /^status codes: (\d+) 2xx/m.exec(stdout) ?? [];
  findings.equal(Number(succeeded), REQUESTS, 'answers of 2xx');
  return findings.verdict(
    `h2load, ${stage.edge.program}: ${REQUESTS} requests over HTTP/2, ${Math.round(Number(rate))}/s`,
  );
}

interface SlowAttack {
  name: string;
  options: string[];
  path: string;
  /** Its connections are kept: what they are slow to read left nginx long before, and they are idle until keepalive ends. */
  held?: true;
}

const SLOW: SlowAttack[] = [
  { name: 'slow headers', options: ['-H', '-i', '2', '-x', '24'], path: '/' },
  {
    name: 'slow body',
    options: ['-B', '-i', '12', '-s', '8192', '-f', 'application/json'],
    path: '/api/v1/auth/login',
  },
  {
    name: 'slow read',
    options: ['-X', '-w', '1', '-y', '64', '-n', '40', '-z', '1', '-k', '10'],
    path: '/',
    held: true,
  },
  { name: 'ranges', options: ['-R', '-a', '5', '-b', '2000'], path: '/' },
];
const ATTACK_SECONDS = 25;

/** REL23: a thousand who are slow hold up nobody who is not. */
export async function checkSlowAttacks(stage: Stage): Promise<Verdict> {
  const findings = new Findings();
  const said: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-slow-'));
  try {
    for (const attack of SLOW) said.push(await attackSlowly(stage, attack, folder, findings));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return findings.verdict(`slowhttptest, ${stage.edge.program}, ${CONNECTIONS} connections each: ${said.join('; ')}`);
}

async function attackSlowly(stage: Stage, attack: SlowAttack, folder: string, findings: Findings) {
  const { name, options, path } = attack;
  const prefix = join(folder, name.replace(' ', '-'));
  const honest = sendAtRate(stage.place, {
    ...{ rate: HONEST_RATE, total: HONEST_RATE * ATTACK_SECONDS },
    next: () => ({ path: '/health/live', from: ANOTHER_ADDRESS }),
  });
  const { code, stdout } = await runCommand('slowhttptest', [
    ...options,
    ...['-c', String(CONNECTIONS), '-r', '500', '-l', String(ATTACK_SECONDS), '-p', '5', '-g', '-o', prefix, '-v', '1'],
    ...['-u', `https://127.0.0.1:${stage.edge.ports.tls}${path}`],
  ]);
  if (code !== 0) throw new Error(`slowhttptest ended with ${code}: ${stdout.slice(-500)}`);
  const seconds = parseSlowCsv(await readFile(`${prefix}.csv`, 'utf8'));
  const { p99, answers, sent } = await honest;
  const made = Math.max(0, ...seconds.map(({ closed, connected }) => closed + connected));
  const { at = 0, connected = 0 } = seconds.at(-1) ?? {};
  // It ends early when no connection is left, without a line that says so.
  const held = at < ATTACK_SECONDS - 1 ? 0 : connected;
  // It counts once a second, and misses some of those that were answered at once.
  findings.expect(made >= CONNECTIONS * 0.5, `${name}: only ${made} connections were made`);
  findings.expect(attack.held || held <= CONNECTIONS * 0.1, `${name}: ${held} connections were still held`);
  findings.equal(answers, { 200: sent }, `honest answers during ${name}`);
  findings.expect(p99 <= MAX_HONEST_P99_MS, `honest p99 during ${name}: ${Math.round(p99)} ms`);
  return `${name}: ${made} made, ${held} held after ${at} s, honest p99 ${Math.round(p99)} ms`;
}
