import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError, loadConfig, VARIABLES } from './config.js';

const KEY = randomBytes(32).toString('base64');
const DATABASE = { DATABASE_URL: 'postgresql://localhost/pitwall', PITWALL_SECRET_KEY: KEY };

const PRODUCTION = { NODE_ENV: 'production', PUBLIC_URL: 'https://pitwall.example.com', ...DATABASE };

function faultsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

/** The variables of the example with their values, in order. */
async function exampleVariables(): Promise<[string, string][]> {
  const text = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
}

it('needs nothing, and then serves loopback from a PostgreSQL of its own', () => {
  const config = loadConfig({}, false);

  expect(config).toEqual({
    environment: 'development',
    roles: new Set(['gateway', 'business', 'ingest', 'worker']),
    metrics: undefined,
    http: {
      ...{ publicUrl: 'http://localhost:8000', forceHttps: false, corsOrigins: [], securityContact: undefined },
      ...{ host: '127.0.0.1', port: 8000, onLoopback: true, trustProxy: false },
      ...{ shutdownDelayMs: 0, shutdownGraceMs: 20_000 },
    },
    identity: {
      firstAdmin: { email: undefined, password: undefined },
      ...{ sessionIdleMinutes: 60, sessionMaxHours: 24, accessTokenMinutes: 10, clientSessionMaxDays: 30 },
    },
    rateLimits: {
      default: [
        { limit: 300, windowMs: 60_000 },
        { limit: 6000, windowMs: 3_600_000 },
      ],
      auth: [
        { limit: 10, windowMs: 60_000 },
        { limit: 50, windowMs: 3_600_000 },
      ],
      ingest: [{ limit: 600_000, windowMs: 60_000 }],
      read: [{ limit: 1200, windowMs: 60_000 }],
    },
    dataDir: './.pitwall',
    secretKey: undefined,
    database: { url: undefined, migrationUrl: undefined, poolSize: 10 },
    redis: { url: undefined },
    log: { level: 'info', format: 'json' },
    sentry: { dsn: undefined },
    tracing: { endpoint: undefined, sampleRatio: 1 },
    intake: { maxHookBytes: 26_214_400, maxBatchBytes: 10_485_760, maxBatchRecords: 1000 },
    projector: { batchEvents: 500, pollMs: 500 },
    ready: { maxLagSeconds: 300 },
    cache: { pipelinesTtlSeconds: 30, runsTtlSeconds: 30, deploymentsTtlSeconds: 30 },
  });
});

it('takes what is set to nothing for not set', () => {
  const nothing = Object.fromEntries(VARIABLES.map((name) => [name, '']));

  expect(loadConfig(nothing, false)).toEqual(loadConfig({}, false));
});

it('logs for people where they look on, and otherwise for machines', () => {
  expect(loadConfig({}, true).log.format).toBe('pretty');
  expect(loadConfig({ LOG_FORMAT: 'json' }, true).log.format).toBe('json');
  expect(loadConfig({ LOG_FORMAT: 'pretty' }, false).log.format).toBe('pretty');
});

it('says all that is wrong at once, by name, and repeats no value', () => {
  const wrong = {
    ...{ NODE_ENV: 'hunter2', PORT: 'hunter2', FORCE_HTTPS: 'hunter2', PITWALL_SECRET_KEY: 'hunter2' },
    ...{ PUBLIC_URL: 'https://x/hunter2', CORS_ORIGINS: 'https://x/hunter2', SECURITY_CONTACT: 'hunter2' },
    ...{ PITWALL_ADMIN_EMAIL: 'hunter2', SESSION_IDLE_MINUTES: '0', SESSION_MAX_HOURS: '8761' },
    ...{ ACCESS_TOKEN_MINUTES: '61', CLIENT_SESSION_MAX_DAYS: '366', DATABASE_MIGRATION_URL: 'hunter2' },
    ...{
      RATE_LIMIT_DEFAULT: 'hunter2',
      RATE_LIMIT_AUTH: '0 per day',
      RATE_LIMIT_INGEST: '5',
      RATE_LIMIT_READ: '5 per week',
    },
    ...{ DATABASE_URL: 'mysql://root:hunter2@db', DATABASE_POOL_SIZE: '1', REDIS_URL: 'http://:hunter2@redis' },
    ...{ LOG_LEVEL: 'hunter2', LOG_FORMAT: 'hunter2', SENTRY_DSN: 'hunter2', OTEL_EXPORTER_OTLP_ENDPOINT: 'hunter2' },
    ...{ OTEL_TRACES_SAMPLER_ARG: '1.1', MAX_HOOK_BYTES: '1', MAX_BATCH_BYTES: '1e12', MAX_BATCH_RECORDS: '0' },
    ...{ PROJECTOR_BATCH_EVENTS: '5001', PROJECTOR_POLL_MS: '9', READY_MAX_LAG_SECONDS: '0.5' },
    ...{ CACHE_TTL_PIPELINES_SECONDS: '0', CACHE_TTL_RUNS_SECONDS: '-1', CACHE_TTL_DEPLOYMENTS_SECONDS: 'Infinity' },
    ...{ SHUTDOWN_DELAY_MS: '60001', SHUTDOWN_GRACE_MS: 'NaN' },
    ...{ PITWALL_ROLES: 'gateway,hunter2', METRICS_PORT: '65536', METRICS_TOKEN: 'hunter2' },
  };

  const faults = faultsOf(wrong);

  expect(faults.map((fault) => fault.split(':')[0]).toSorted()).toEqual(Object.keys(wrong).toSorted());
  const { message } = new ConfigurationError(faults);
  expect(message).toContain('39 faults');
  expect(message).not.toContain('hunter2');
});

it.each<[string, NodeJS.ProcessEnv]>([
  ['DATABASE_URL', { NODE_ENV: 'production', PUBLIC_URL: 'https://pitwall.example.com' }],
  ['PITWALL_SECRET_KEY', { DATABASE_URL: DATABASE.DATABASE_URL }],
  ['PUBLIC_URL', { NODE_ENV: 'production', ...DATABASE, PUBLIC_URL: '' }],
  ['FORCE_HTTPS', { FORCE_HTTPS: 'true', PUBLIC_URL: 'http://pitwall.example.com' }],
  ['PITWALL_ADMIN_EMAIL', { PITWALL_ADMIN_EMAIL: 'ann@example.com' }],
  ['PITWALL_ADMIN_EMAIL', { PITWALL_ADMIN_PASSWORD: 'long and uncommon' }],
  ['PITWALL_ADMIN_PASSWORD', { PITWALL_ADMIN_EMAIL: 'ann@example.com', PITWALL_ADMIN_PASSWORD: 'sunshine' }],
  ['PITWALL_ADMIN_PASSWORD', { PITWALL_ADMIN_EMAIL: 'ann@example.com', PITWALL_ADMIN_PASSWORD: 'ann@example.com' }],
  ['DATABASE_URL', { ...PRODUCTION, DATABASE_URL: 'postgresql://pitwall:postgres@db/pitwall' }],
  ['DATABASE_MIGRATION_URL', { ...PRODUCTION, DATABASE_MIGRATION_URL: 'postgresql://owner:password@db/pitwall' }],
  ['REDIS_URL', { ...PRODUCTION, REDIS_URL: 'redis://:redis@cache' }],
  ['METRICS_PORT', { METRICS_PORT: '9464' }],
  ['METRICS_PORT', { METRICS_TOKEN: 'm'.repeat(32) }],
  ['REDIS_URL', { PITWALL_ROLES: 'gateway', ...DATABASE }],
  ['REDIS_URL', { PITWALL_ROLES: 'gateway,gateway,business,ingest', ...DATABASE }],
  ['TRUST_PROXY', { TRUST_PROXY: 'true' }],
  ['TRUST_PROXY', { TRUST_PROXY: '1' }],
  ['TRUST_PROXY', { TRUST_PROXY: '*' }],
])('SEC20 refuses what is valid by itself and does not go together: %s in %j', (name, environment) => {
  expect(faultsOf(environment)).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
});

it('says every contradiction at once', () => {
  const faults = faultsOf({ NODE_ENV: 'production', TRUST_PROXY: '*' });

  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['DATABASE_URL', 'PUBLIC_URL', 'TRUST_PROXY']);
});

it('says them together with what is wrong by itself, and each variable once', () => {
  const faults = faultsOf({ NODE_ENV: 'production', DATABASE_URL: 'mysql://db', PORT: 'x', TRUST_PROXY: 'true' });

  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['PORT', 'DATABASE_URL', 'PUBLIC_URL', 'TRUST_PROXY']);
});

it.each<[string, NodeJS.ProcessEnv]>([
  ['production with a database', PRODUCTION],
  ['a first Admin', { PITWALL_ADMIN_EMAIL: 'ann@example.com', PITWALL_ADMIN_PASSWORD: 'long and uncommon' }],
  ['another address', { HOST: '0.0.0.0' }],
  ['each loopback', { HOST: '::1' }],
  ['a port that the system chooses', { PORT: '0' }],
  ['figures on a port of their own', { METRICS_PORT: '9464', METRICS_TOKEN: 'm'.repeat(32) }],
  ['some of the roles', { PITWALL_ROLES: 'ingest, worker', ...DATABASE, REDIS_URL: 'redis://localhost' }],
  ['Redis over TLS', { REDIS_URL: 'rediss://:secret@redis.example.com:6380/1' }],
])('goes with %s', (_what, environment) => {
  expect(faultsOf(environment)).toEqual([]);
});

it('reads the proxies that are believed as a list', () => {
  const { http } = loadConfig({ TRUST_PROXY: 'loopback, 10.0.0.0/8' });

  expect(http.trustProxy).toEqual(['loopback', '10.0.0.0/8']);
});

it.each(['c2hvcnQ=', 'not base64 at all', Buffer.alloc(33).toString('base64')])(
  'refuses the secret key "%s"',
  (key) => {
    expect(faultsOf({ PITWALL_SECRET_KEY: key })).toEqual(['PITWALL_SECRET_KEY: is not 32 bytes in base64']);
  },
);

it.each([
  Buffer.alloc(32),
  Buffer.alloc(32, 7),
  Buffer.from('secretsecretsecretsecretsecretse'),
  Buffer.from('0123'.repeat(8)),
])('SEC20 refuses a secret key that nobody drew at random: %j', (key) => {
  expect(faultsOf({ PITWALL_SECRET_KEY: key.toString('base64') })).toEqual([
    expect.stringMatching(/^PITWALL_SECRET_KEY: is not random/),
  ]);
});

it('takes a secret key that was drawn at random', () => {
  for (let draw = 0; draw < 1000; draw++) {
    expect(faultsOf({ PITWALL_SECRET_KEY: randomBytes(32).toString('base64') })).toEqual([]);
  }
});

it('has an example that names each variable once, with its default', async () => {
  const variables = await exampleVariables();

  expect(variables.map(([name]) => name).toSorted()).toEqual(VARIABLES.toSorted());
  expect(loadConfig(Object.fromEntries(variables), false)).toEqual(loadConfig({}, false));
  // Whatever has a default shows it: only what has none is left empty.
  const empty = variables.filter(([, value]) => value === '').map(([name]) => name);
  expect(empty.toSorted()).toEqual(
    [
      ...['DATABASE_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'PITWALL_SECRET_KEY', 'REDIS_URL', 'SENTRY_DSN'],
      ...['TRUST_PROXY', 'PUBLIC_URL', 'CORS_ORIGINS', 'SECURITY_CONTACT', 'DATABASE_MIGRATION_URL'],
      ...['PITWALL_ADMIN_EMAIL', 'PITWALL_ADMIN_PASSWORD', 'METRICS_PORT', 'METRICS_TOKEN'],
    ].toSorted(),
  );
});

it('has an example that says what each variable is for', async () => {
  const text = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  const lines = text.split('\n');

  const bare = lines.filter((line, index) => /^[A-Z]/.test(line) && !lines[index - 1]?.startsWith('# '));
  expect(bare).toEqual([]);
});

describe('a setting that is in a file', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'pitwall-config-'))));
  afterAll(() => rm(folder, { recursive: true }));

  const file = async (content: string) => {
    const path = join(folder, randomBytes(4).toString('hex'));
    await writeFile(path, content);
    return path;
  };

  it('counts as if it were given itself, without the line end', async () => {
    const config = loadConfig({ PITWALL_SECRET_KEY_FILE: await file(`${KEY}\n`), PORT_FILE: await file('8123') });

    expect(config.secretKey).toBe(KEY);
    expect(config.http.port).toBe(8123);
  });

  it('is not read where the file is named by nothing', () => {
    expect(loadConfig({ PITWALL_SECRET_KEY_FILE: '' }, false)).toEqual(loadConfig({}, false));
  });

  it('is a fault where it cannot be read, holds nothing or is given twice, and no other follows from it', async () => {
    expect(faultsOf({ ...PRODUCTION, DATABASE_URL: '', DATABASE_URL_FILE: join(folder, 'nowhere') })).toEqual([
      'DATABASE_URL_FILE: cannot be read (ENOENT)',
    ]);
    expect(faultsOf({ REDIS_URL_FILE: await file(' \n') })).toEqual(['REDIS_URL_FILE: names an empty file']);
    expect(faultsOf({ PORT: '1', PORT_FILE: await file('2') })).toEqual([
      'PORT_FILE: contradicts PORT, which is set too',
    ]);
  });

  it('is held to the same rules, and not repeated', async () => {
    const faults = faultsOf({ REDIS_URL_FILE: await file('http://:hunter2@redis') });

    expect(faults).toEqual(['REDIS_URL: is not such a URL']);
  });
});
