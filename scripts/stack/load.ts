import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../checks/check.js';
import { runPackage } from '../checks/command.js';
import { startTarget, type Target } from '../checks/target.js';
import { byNode, byStandIn, meet, meetAll, type Expectation } from './load/expectation.js';
import { startFaultyProxy } from './load/faulty-proxy.js';
import type { StackCheck } from './stack-check.js';

/** Of the load scenario's requests, these are 5 % and 15 %; what is around the load does not ask for them. */
const ONE_READ = ['/api/v1/environments'];
const THREE_READS = [...ONE_READ, '/api/v1/jobs', '/api/v1/changes'];
const SLOW_MS = 3000;
/** Every request of the mix at least once. */
const ITERATIONS = '40';
const SHARES = { read: 60, record: 25, webhook: 10, account: 5 };

export const loadChecks: readonly StackCheck[] = [
  { name: 'load: types of the k6 scripts', run: checkTypes },
  { name: 'load: scenarios', run: checkScenarios },
];

/** Against the types of k6 and the library of ES2020 alone: what is Node's own, or newer, is an error. */
async function checkTypes(): Promise<Verdict> {
  const { code, stdout } = await runPackage('tsc', '-p', 'load/k6');
  const version = (await runPackage('tsc', '--version')).stdout.trim();
  const types = JSON.parse(await readFile('node_modules/@types/k6/package.json', 'utf8')) as { version: string };
  const summary = `tsc ${version.replace('Version ', '')} with @types/k6 ${types.version}: load/k6 and load/scenarios/definition`;
  return { outcome: code === 0 ? 'passed' : 'failed', summary, details: stdout.split('\n').filter(Boolean) };
}

async function checkScenarios(): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-load-'));
  const target = await startTarget({ logFile: join(folder, 'pitwall.log') });
  const failing = await startFaultyProxy(target.port, (path) =>
    ONE_READ.includes(path) ? { status: 500 } : undefined,
  );
  const slow = await startFaultyProxy(target.port, (path) =>
    THREE_READS.includes(path) ? { delayMs: SLOW_MS } : undefined,
  );
  try {
    const chains = await Promise.allSettled([
      playLoad(target, folder),
      meetAll(crossings(target, failing.url, slow.url, folder)),
      meetAll([...rounds(target, folder), ...misuses(target), ...(await standIns(target, failing.url, folder))]),
    ]);
    const met = chains.flatMap((chain) => (chain.status === 'fulfilled' ? chain.value : []));
    const broken = chains.flatMap((chain) => (chain.status === 'rejected' ? [String(chain.reason)] : []));
    if (broken.length > 0) {
      return {
        outcome: 'failed',
        summary: `ended otherwise than expected: ${broken.length}`,
        details: [...met, ...broken],
      };
    }
    const crossed = met.filter((line) => /crossed: rate|CROSSED/.test(line)).length;
    const summary =
      `Node ${process.versions.node}: ${met.length} runs against a service of its own ended as expected, ${crossed} of them ` +
      "by crossing a threshold; the k6 scripts under stand-ins of k6's modules, k6 itself not run";
    return { outcome: 'passed', summary, details: met };
  } finally {
    await Promise.all([failing.close(), slow.close()]);
    await target.stop();
    await rm(folder, { recursive: true });
  }
}

const accessTo = ({ url, token, admin }: Target) => ({
  BASE_URL: url,
  PITWALL_TOKEN: token,
  PITWALL_EMAIL: admin.email,
  PITWALL_PASSWORD: admin.password,
});

/** A hundred requests have the shares of the mix to the one. */
async function playLoad(target: Target, folder: string): Promise<string[]> {
  const file = join(folder, 'load.json');
  const environment = { ...accessTo(target), DURATION: '10s', RATE: '10' };
  const line = await meet({ what: 'load, by Node', command: byNode('load', '--json', file), environment, code: 0 });
  const { requests } = JSON.parse(await readFile(file, 'utf8')) as { requests: { name: string; count: number }[] };
  const shares = { read: 0, record: 0, webhook: 0, account: 0 };
  for (const { name, count } of requests) shares[kindOf(name)] += count;
  const told = JSON.stringify(shares);
  if (told !== JSON.stringify(SHARES)) throw new Error(`The mix is ${told}, not ${JSON.stringify(SHARES)}.`);
  return [`${line}; of 100 requests ${told}`];
}

function kindOf(name: string): keyof typeof SHARES {
  if (name === 'hand in a record') return 'record';
  if (name === 'send a webhook') return 'webhook';
  return name === 'who am I' || name === 'sign in' ? 'account' : 'read';
}

const rounds = (target: Target, folder: string): Expectation[] => [
  {
    what: 'functional, by Node',
    command: byNode('functional', '--json', join(folder, 'functional.json')),
    environment: accessTo(target),
    code: 0,
    says: 'failed checks 0',
  },
];

/** What a threshold is for. */
function crossings(target: Target, failing: string, slow: string, folder: string): Expectation[] {
  const environment = { ...accessTo(target), DURATION: '4s', RATE: '10' };
  const command = (scenario: string) => byNode(scenario, '--json', join(folder, 'crossed.json'));
  return [
    {
      what: 'load, 5 % answered with 500',
      command: command('load'),
      environment: { ...environment, BASE_URL: failing },
      code: 1,
      says: 'CROSSED: share of errors 0.05',
    },
    {
      what: 'functional, one list answered with 500',
      command: command('functional'),
      environment: { ...environment, BASE_URL: failing },
      code: 1,
      says: 'CROSSED: failed checks',
    },
    {
      what: `load, 15 % answered after ${SLOW_MS / 1000} s`,
      command: command('load'),
      environment: { ...environment, BASE_URL: slow },
      code: 1,
      says: 'CROSSED: p95',
    },
  ];
}

function misuses(target: Target): Expectation[] {
  const environment = accessTo(target);
  const command = byNode('load');
  const run = (what: string, changed: Record<string, string>, says: string) => ({
    what,
    command,
    environment: { ...environment, ...changed },
    code: 2,
    says,
  });
  return [
    run('a token that is refused', { PITWALL_TOKEN: 'pw_unknown' }, 'does not take the token'),
    run('nobody there', { BASE_URL: 'http://127.0.0.1:1' }, 'Nothing answers'),
    run('an address elsewhere', { BASE_URL: 'https://pitwall.example.com' }, 'is not this machine'),
  ];
}

/** The token is handed over in a file, as where secrets are mounted. */
async function standIns(target: Target, failing: string, folder: string): Promise<Expectation[]> {
  const file = join(folder, 'token');
  await writeFile(file, `${target.token}\n`, { mode: 0o600 });
  const environment = { ...accessTo(target), PITWALL_TOKEN: '', PITWALL_TOKEN_FILE: file };
  return [
    {
      what: 'functional.ts of k6, stand-in',
      command: byStandIn('functional'),
      environment,
      code: 0,
      says: 'failed checks 0',
    },
    {
      what: 'load.ts of k6, stand-in',
      command: byStandIn('load'),
      environment: { ...environment, ITERATIONS },
      code: 0,
      says: `${ITERATIONS} iterations`,
    },
    {
      what: 'functional.ts of k6, stand-in, one list answered with 500',
      command: byStandIn('functional'),
      environment: { ...environment, BASE_URL: failing },
      code: 99,
      says: 'crossed: rate==1',
    },
    {
      what: 'load.ts of k6, stand-in, 5 % answered with 500',
      command: byStandIn('load'),
      environment: { ...environment, BASE_URL: failing, ITERATIONS },
      code: 99,
      says: 'crossed: rate<0.01',
    },
  ];
}
