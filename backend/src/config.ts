import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { passwordFault } from './features/users/password-policy.js';
import { parseRateLimit } from './http/rate-limit/rate-limit.js';
import { LOG_LEVELS } from './observability/logger.js';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const url = (protocol: RegExp) => z.url({ protocol, error: 'is not such a URL' });

const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(item));

const httpOrigin = z
  .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
  .refine((text) => new URL(text).origin === text, 'is not an origin, such as https://ci.example.com');

const rateLimit = () =>
  z.string().transform((text, context) => {
    try {
      return parseRateLimit(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

/** Those that images and examples are started with. */
const IMAGE_PASSWORDS = new Set(['postgres', 'postgresql', 'changeme', 'change-me', 'mysecretpassword']);

/** 32 random bytes hold 30 different ones on average; fewer than 20 do not happen by chance. */
function isRandom(base64: string): boolean {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length !== 32 || new Set(bytes).size >= 20;
}

/**
 * What a process does. `gateway` is for people and API clients, `business` validates, `ingest` takes in, `worker` projects.
 * Each answers for its health.
 */
export const PROCESS_ROLES = ['gateway', 'business', 'ingest', 'worker'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

const loopback = ['127.0.0.1', '::1', 'localhost'];

/** Every setting, with its default; `.env.example` says what each is for. */
const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(8000),
  PITWALL_ROLES: list(z.enum(PROCESS_ROLES, `is not one of ${PROCESS_ROLES.join(', ')}`)).default([...PROCESS_ROLES]),
  METRICS_PORT: whole(0, 65_535).optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,1000}$/, 'is not 32 or more visible characters')
    .optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
    .refine((text) => new URL(text).pathname === '/' && !/[?#]/.test(text), 'has a path: Pitwall is served at the root')
    .optional(),
  FORCE_HTTPS: z.stringbool().default(false),
  CORS_ORIGINS: list(httpOrigin).default([]),
  SECURITY_CONTACT: z
    .string()
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+|tel:\S+)$/, 'is not a mailto:, https: or tel: URI')
    .optional(),
  PITWALL_DATA_DIR: z.string().default('./.pitwall'),
  PITWALL_SECRET_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'is not 32 bytes in base64')
    .refine(isRandom, 'is not random: make one with `openssl rand -base64 32`')
    .optional(),
  PITWALL_ADMIN_EMAIL: z.email().max(254).toLowerCase().optional(),
  PITWALL_ADMIN_PASSWORD: z.string().max(1000).optional(),
  SESSION_IDLE_MINUTES: whole(1, 43_200).default(60),
  SESSION_MAX_HOURS: whole(1, 8_760).default(24),
  ACCESS_TOKEN_MINUTES: whole(1, 60).default(10),
  CLIENT_SESSION_MAX_DAYS: whole(1, 365).default(30),
  RATE_LIMIT_DEFAULT: rateLimit().default(parseRateLimit('300 per minute, 6000 per hour')),
  RATE_LIMIT_AUTH: rateLimit().default(parseRateLimit('10 per minute, 50 per hour')),
  RATE_LIMIT_INGEST: rateLimit().default(parseRateLimit('600000 per minute')),
  RATE_LIMIT_READ: rateLimit().default(parseRateLimit('1200 per minute')),
  DATABASE_URL: url(/^postgres(ql)?$/).optional(),
  DATABASE_MIGRATION_URL: url(/^postgres(ql)?$/).optional(),
  DATABASE_POOL_SIZE: whole(2, 200).default(10),
  REDIS_URL: url(/^rediss?$/).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  LOG_FORMAT: z.enum(['auto', 'json', 'pretty']).default('auto'),
  SENTRY_DSN: url(/^https?$/).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  TRUST_PROXY: z.string().default(''),
  MAX_HOOK_BYTES: whole(1024, 100 * 1024 * 1024).default(25 * 1024 * 1024),
  MAX_BATCH_BYTES: whole(1024, 100 * 1024 * 1024).default(10 * 1024 * 1024),
  MAX_BATCH_RECORDS: whole(1, 10_000).default(1000),
  PROJECTOR_BATCH_EVENTS: whole(1, 5000).default(500),
  PROJECTOR_POLL_MS: whole(10, 60_000).default(500),
  READY_MAX_LAG_SECONDS: whole(1, 86_400).default(300),
  CACHE_TTL_PIPELINES_SECONDS: whole(1, 3600).default(30),
  CACHE_TTL_RUNS_SECONDS: whole(1, 3600).default(30),
  CACHE_TTL_DEPLOYMENTS_SECONDS: whole(1, 3600).default(30),
  SHUTDOWN_DELAY_MS: whole(0, 60_000).default(0),
  SHUTDOWN_GRACE_MS: whole(0, 120_000).default(20_000),
});

/** The names of all settings. */
export const VARIABLES = Object.keys(environmentSchema.shape);

export type Config = ReturnType<typeof loadConfig>;

/** Thrown with every fault of the configuration at once; holds none of the values. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly faults: string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n  ${faults.join('\n  ')}`,
    );
  }
}

/** The only reader of the environment. A variable that is set to nothing counts as not set. */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env, terminal = process.stdout.isTTY) {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''));
  const { given, unread } = withFiles(set);
  const result = environmentSchema.safeParse(given);
  const invalid = (result.error?.issues ?? []).map(({ path, message }) => ({ name: String(path[0]), message }));
  const faults = [
    ...unread.map(({ name, message }) => `${name}_FILE: ${message}`),
    ...invalid.map(({ name, message }) => `${name}: ${message}`),
  ];
  // What is faulty by itself counts as not set, so that the rest can still be held against each other.
  const faulty = new Set([...unread, ...invalid].map(({ name }) => name));
  const sound = Object.entries(given).filter(([name]) => !faulty.has(name));
  const env = environmentSchema.parse(Object.fromEntries(sound));
  faults.push(...contradictions(env, faulty));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    environment: env.NODE_ENV,
    roles: new Set(env.PITWALL_ROLES),
    metrics:
      env.METRICS_PORT === undefined || env.METRICS_TOKEN === undefined
        ? undefined
        : { host: env.HOST, port: env.METRICS_PORT, token: env.METRICS_TOKEN },
    http: {
      /** What people and their browsers call Pitwall; no slash at the end. */
      publicUrl: new URL(env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).origin,
      forceHttps: env.FORCE_HTTPS,
      corsOrigins: env.CORS_ORIGINS,
      securityContact: env.SECURITY_CONTACT,
      onLoopback: loopback.includes(env.HOST),
      host: env.HOST,
      port: env.PORT,
      trustProxy: env.TRUST_PROXY === '' ? false : env.TRUST_PROXY.split(',').map((address) => address.trim()),
      shutdownDelayMs: env.SHUTDOWN_DELAY_MS,
      shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
    },
    dataDir: env.PITWALL_DATA_DIR,
    secretKey: env.PITWALL_SECRET_KEY,
    identity: {
      firstAdmin: { email: env.PITWALL_ADMIN_EMAIL, password: env.PITWALL_ADMIN_PASSWORD },
      sessionIdleMinutes: env.SESSION_IDLE_MINUTES,
      sessionMaxHours: env.SESSION_MAX_HOURS,
      accessTokenMinutes: env.ACCESS_TOKEN_MINUTES,
      clientSessionMaxDays: env.CLIENT_SESSION_MAX_DAYS,
    },
    rateLimits: {
      default: env.RATE_LIMIT_DEFAULT,
      auth: env.RATE_LIMIT_AUTH,
      ingest: env.RATE_LIMIT_INGEST,
      read: env.RATE_LIMIT_READ,
    },
    database: { url: env.DATABASE_URL, migrationUrl: env.DATABASE_MIGRATION_URL, poolSize: env.DATABASE_POOL_SIZE },
    redis: { url: env.REDIS_URL },
    log: {
      level: env.LOG_LEVEL,
      format: env.LOG_FORMAT === 'auto' ? (terminal ? ('pretty' as const) : ('json' as const)) : env.LOG_FORMAT,
    },
    sentry: { dsn: env.SENTRY_DSN },
    tracing: { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT, sampleRatio: env.OTEL_TRACES_SAMPLER_ARG },
    intake: {
      maxHookBytes: env.MAX_HOOK_BYTES,
      maxBatchBytes: env.MAX_BATCH_BYTES,
      maxBatchRecords: env.MAX_BATCH_RECORDS,
    },
    projector: { batchEvents: env.PROJECTOR_BATCH_EVENTS, pollMs: env.PROJECTOR_POLL_MS },
    ready: { maxLagSeconds: env.READY_MAX_LAG_SECONDS },
    cache: {
      pipelinesTtlSeconds: env.CACHE_TTL_PIPELINES_SECONDS,
      runsTtlSeconds: env.CACHE_TTL_RUNS_SECONDS,
      deploymentsTtlSeconds: env.CACHE_TTL_DEPLOYMENTS_SECONDS,
    },
  };
}

/** Where a setting is not given itself, it is read from the file that `<NAME>_FILE` names, as secrets are mounted. */
function withFiles(set: NodeJS.ProcessEnv) {
  const given = { ...set };
  const unread: { name: string; message: string }[] = [];
  for (const name of VARIABLES) {
    const file = set[`${name}_FILE`];
    if (file === undefined) continue;
    try {
      const content = readFileSync(file, 'utf8').trim();
      if (set[name] !== undefined) unread.push({ name, message: `contradicts ${name}, which is set too` });
      else if (content === '') unread.push({ name, message: 'names an empty file' });
      else given[name] = content;
    } catch (error) {
      unread.push({ name, message: `cannot be read (${(error as NodeJS.ErrnoException).code})` });
    }
  }
  return { given, unread };
}

/** Settings that are each valid and do not go together. */
function contradictions(env: z.output<typeof environmentSchema>, faulty: Set<string>): string[] {
  const faults: string[] = [];
  const production = env.NODE_ENV === 'production';
  if (production && !env.DATABASE_URL && !faulty.has('DATABASE_URL')) {
    faults.push('DATABASE_URL: is needed in production; the embedded PostgreSQL serves development and one process');
  }
  if (env.DATABASE_URL && !env.PITWALL_SECRET_KEY && !faulty.has('PITWALL_SECRET_KEY')) {
    faults.push(
      'PITWALL_SECRET_KEY: is needed with DATABASE_URL, so that each process can read the secrets of sources',
    );
  }
  if (production && !env.PUBLIC_URL && !faulty.has('PUBLIC_URL')) {
    faults.push('PUBLIC_URL: is needed in production: links, cookies and the check of origins depend on it');
  }
  if (env.FORCE_HTTPS && env.PUBLIC_URL?.startsWith('http:')) {
    faults.push('FORCE_HTTPS: contradicts PUBLIC_URL, which is http');
  }
  if ((env.METRICS_PORT === undefined) !== (env.METRICS_TOKEN === undefined) && !faulty.has('METRICS_TOKEN')) {
    faults.push('METRICS_PORT: goes with METRICS_TOKEN, and one is missing');
  }
  if (new Set(env.PITWALL_ROLES).size < PROCESS_ROLES.length && !faulty.has('PITWALL_ROLES')) {
    const missing = (['DATABASE_URL', 'REDIS_URL'] as const).filter((name) => !env[name] && !faulty.has(name));
    for (const name of missing) faults.push(`${name}: is needed where PITWALL_ROLES leaves roles to other processes`);
  }
  if (Boolean(env.PITWALL_ADMIN_EMAIL) !== Boolean(env.PITWALL_ADMIN_PASSWORD)) {
    faults.push('PITWALL_ADMIN_EMAIL: goes with PITWALL_ADMIN_PASSWORD, and one is missing');
  }
  if (env.PITWALL_ADMIN_EMAIL && env.PITWALL_ADMIN_PASSWORD) {
    const fault = passwordFault(env.PITWALL_ADMIN_PASSWORD, { email: env.PITWALL_ADMIN_EMAIL });
    if (fault) faults.push(`PITWALL_ADMIN_PASSWORD: ${fault}`);
  }
  if (production) {
    for (const name of ['DATABASE_URL', 'DATABASE_MIGRATION_URL', 'REDIS_URL'] as const) {
      const password = env[name] && decodeURIComponent(new URL(env[name]).password);
      if (password && (passwordFault(password) ?? IMAGE_PASSWORDS.has(password.toLowerCase())))
        faults.push(`${name}: has a password that is too short or well known`);
    }
  }
  if (['true', '1', '*'].includes(env.TRUST_PROXY)) {
    faults.push('TRUST_PROXY: would believe anybody; name the addresses or networks of the proxies');
  }
  return faults;
}

/** For the start of a process: says what is wrong and ends it. */
export function loadConfigOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
