import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePortPair, PitwallProcess } from '../../../load/service/pitwall.js';
import { VARIABLES } from '../../../backend/src/config.js';
import type { Verdict } from '../../checks/check.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { makeSecrets } from '../secrets/secret-files.js';
import { EDGE_ADDRESS, startEdgeStandIn } from './edge-stand-in.js';
import { environmentOf, leadTo } from './environment.js';
import { DEFAULT_VARIABLES } from './file.js';
import { readCompose, type ComposeModel } from './model.js';
import { startPostgres } from './postgres.js';
import { ComposeRedis, redisFaults } from './redis.js';
import { unless } from './rule.js';

const PITWALL = join(ROOT, 'backend/dist/commands/pitwall.js');
/** Longer than what `appendfsync everysec` may lose. */
const SYNCED_MS = 1_500;

/**
 * Without an engine, and otherwise as the file has it, in its order: PostgreSQL prepared by its script, Redis by its own,
 * `pitwall migrate`, then the service in production with the environment of its container. Other than there: the embedded
 * PostgreSQL 18, Debian's Redis, all on loopback with ports of their own.
 */
export async function checkStart(): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-start-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const secrets = join(folder, 'secrets');
    await makeSecrets(secrets);
    const model = await readCompose(DEFAULT_VARIABLES);
    const postgres = await startPostgres(model, secrets);
    closing.unshift(() => postgres.stop());
    const { redis, faults } = await startRedisTwice(model, secrets, join(folder, 'redis'));
    closing.unshift(() => redis.stop());
    await leadTo(secrets, { postgres: postgres.address, redis: `127.0.0.1:${redis.port}` });
    const details = [...postgres.faults, ...faults, ...(await runPitwall(model, secrets, folder))];
    const version = await runCommand('redis-server', ['--version']);
    const summary = [
      `PostgreSQL ${postgres.version} with its roles`,
      `Redis ${/v=([\d.]+)/.exec(version.stdout)?.[1]}, killed and started again`,
      'migrate, serve and health of the compiled service with the environment of its container, and scripts/health-check.ts',
    ].join('; ');
    return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
  } finally {
    for (const close of closing) await close();
  }
}

/** The second one finds what the first had, though it was killed. */
async function startRedisTwice(model: ComposeModel, secrets: string, folder: string) {
  const first = await ComposeRedis.start(secrets, folder);
  const faults = await redisFaults(first, model, secrets).catch((error: unknown) => [`redis: ${String(error)}`]);
  await first.ask((client) => client.set('kept', 'yes', 'EX', 3600));
  await sleep(SYNCED_MS);
  await first.stop('SIGKILL');
  const redis = await ComposeRedis.start(secrets, folder);
  const kept = await redis.ask((client) => client.get('kept'));
  return { redis, faults: [...faults, ...unless(kept === 'yes', 'redis: forgot what it had when it was killed')] };
}

async function runPitwall(model: ComposeModel, secrets: string, folder: string): Promise<string[]> {
  const migrate = await pitwall(model.services.migrate?.command ?? [], environmentOf(model, 'migrate', secrets));
  if (migrate.code !== 0) return [`migrate ended with ${migrate.code}: ${migrate.stderr.trim()}`];

  const [port, metricsPort] = await freePortPair();
  const own = { HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: String(metricsPort), TRUST_PROXY: EDGE_ADDRESS };
  const environment = { ...environmentOf(model, 'backend', secrets), ...own };
  const logFile = join(folder, 'pitwall.log');
  const command = ['--enable-source-maps', PITWALL, ...(model.services.backend?.command ?? [])];
  const service = await PitwallProcess.start({ command, cwd: folder, port, environment, logFile });
  const edge = await startEdgeStandIn(port, secrets);
  try {
    const [, ...health] = model.services.backend?.healthcheck?.test?.slice(1) ?? [];
    const asked = await pitwall(health, environment);
    const verified = await pitwall(['audit-verify'], environmentOf(model, 'tools', secrets));
    const checked = await checkHealth(edge.url);
    const faults = [
      ...unless(asked.code === 0, `the health check ended with ${asked.code}: ${asked.stdout} ${asked.stderr}`),
      ...unless(verified.code === 0, `tools audit-verify ended with ${verified.code}: ${verified.stderr}`),
      ...unless(checked.code === 0, `scripts/health-check.ts ended with ${checked.code}: ${checked.stdout}`),
      ...(await answerFaults(port, metricsPort, secrets)),
    ];
    await service.stop();
    const [askedAfter, checkedAfter] = [await pitwall(health, environment), await checkHealth(edge.url)];
    return [
      ...faults,
      ...unless(askedAfter.code === 1, `the health check of nobody ended with ${askedAfter.code}`),
      ...unless(checkedAfter.code === 1, `scripts/health-check.ts of nobody ended with ${checkedAfter.code}`),
      ...(await logFaults(logFile, secrets)),
    ];
  } finally {
    await edge.stop();
    await service.stop();
  }
}

const checkHealth = (url: string) =>
  runCommand(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts/health-check.ts'), url]);

/** Nothing of what .env sets for the machine that this runs on: what is set to nothing counts as not set. */
const UNSET = Object.fromEntries(VARIABLES.flatMap((name) => [name, `${name}_FILE`].map((each) => [each, ''])));

function pitwall(args: readonly string[], environment: Record<string, string>) {
  const options = { environment: { ...UNSET, ...environment }, timeoutMs: 60_000 };
  return runCommand(process.execPath, ['--enable-source-maps', PITWALL, ...args], options);
}

async function answerFaults(port: number, metricsPort: number, secrets: string): Promise<string[]> {
  const ready = (await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()) as { status?: string };
  const token = await readFile(join(secrets, 'metrics_token'), 'utf8');
  const figures = `http://127.0.0.1:${metricsPort}/metrics`;
  const shown = await fetch(figures, { headers: { authorization: `Bearer ${token}` } });
  const hidden = await fetch(figures);
  // Whoever does not come by way of nginx cannot claim that there was TLS.
  const headers = { 'x-forwarded-proto': 'https' };
  const plain = await fetch(`http://127.0.0.1:${port}/api/v1/me`, { headers, redirect: 'manual' });
  return [
    ...unless(ready.status === 'ok', `ready says ${JSON.stringify(ready)}`),
    ...unless(shown.ok && (await shown.text()).includes('pitwall_build_info'), `the figures answer ${shown.status}`),
    ...unless(hidden.status === 401, `the figures answer ${hidden.status} to nobody`),
    ...unless(plain.status === 308, `plain http is answered with ${plain.status}`),
  ];
}

/** The link for the first Admin is there, as JSON, and no secret is. */
async function logFaults(logFile: string, secrets: string): Promise<string[]> {
  const log = await readFile(logFile, 'utf8');
  const names = ['postgres_app_password', 'redis_password', 'pitwall_secret_key', 'metrics_token'];
  const values = await Promise.all(names.map((name) => readFile(join(secrets, name), 'utf8')));
  return [
    ...unless(/"link":"https:\/\/localhost:8443\/setup#/.test(log), 'the log has no link to set Pitwall up'),
    ...names.filter((_, at) => log.includes(String(values[at]))).map((name) => `the log has the ${name}`),
  ];
}
