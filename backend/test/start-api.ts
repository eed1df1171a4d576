import { randomBytes, randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Express } from 'express';
import request from 'supertest';
import { createApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { connectDatabase, type Connections } from '../src/database/client.js';
import { createServices, type Services } from '../src/dependencies.js';
import { requestContext } from '../src/http/context.js';
import { listen, type HttpServer } from '../src/http/server.js';
import { createAccessLog } from '../src/observability/access-log.js';
import { createEvents } from '../src/observability/events.js';
import { createLogger } from '../src/observability/logger.js';
import { createMetrics } from '../src/observability/metrics.js';
import { createTracing } from '../src/observability/tracing.js';
import type { RedisConnection } from '../src/redis/client.js';
import { newSecretToken } from '../src/features/auth/secret-token.js';
import type { Role } from '../src/http/caller.js';
import { createToken, createUser, type TestUser } from './callers.js';
import { createDatabase, type TestDatabase } from './databases.js';

export interface ApiOptions {
  /** Instead of a database of its own. */
  databaseUrl?: () => string;
  /** Nobody can be known there: calls are made with a token that is well-formed. */
  databaseIsAway?: true;
  redis?: () => RedisConnection;
  /** As another replica has it. */
  secretKey?: Buffer;
  /** Milliseconds; by it runs how long an identity is taken for granted. */
  monotonicNow?: () => number;
  env?: Record<string, string>;
}

/** As good as none: tests send more than people. */
const NO_LIMITS = Object.fromEntries(
  ['DEFAULT', 'AUTH', 'INGEST', 'READ'].map((name) => [`RATE_LIMIT_${name}`, '100000000 per minute']),
);

/** The whole app over a real database, with a clock that the test may set. `project` reads what was appended. */
export function startApi(options: ApiOptions = {}) {
  const clock = { now: new Date() };
  const lines: string[] = [];
  const reported: unknown[] = [];
  let connections: Connections;
  let services: Services;
  let server: HttpServer;
  let app: Express;
  let database: TestDatabase | undefined;
  let url: string;
  let adminToken: string;

  beforeEach(() => {
    clock.now = new Date();
    lines.length = 0;
    reported.length = 0;
  });

  beforeAll(async () => {
    const config = loadConfig({ NODE_ENV: 'test', ...NO_LIMITS, ...options.env });
    // Of its own, so that nothing that another file left waiting to be projected turns up here.
    database = options.databaseUrl ? undefined : await createDatabase();
    url = options.databaseUrl?.() ?? String(database?.url);
    connections = connectDatabase({ url, poolSize: 10, onIdleError: () => undefined });
    const stream = new PassThrough().on('data', (chunk: Buffer) =>
      lines.push(...chunk.toString().trimEnd().split('\n')),
    );
    const logger = createLogger({ level: 'info', format: 'json', stream, context: () => requestContext.getStore() });
    const metrics = createMetrics({ defaultMetrics: false });
    const events = createEvents({ logger, metrics });
    const tracing = await createTracing({
      endpoint: undefined,
      serviceName: 't',
      serviceVersion: 't',
      environment: 'test',
    });
    const now = () => clock.now;
    const redis = options.redis?.();
    const { secretKey = randomBytes(32), monotonicNow } = options;
    services = createServices({ connections, redis, events, tracing, secretKey, config, now, monotonicNow });
    const ok = { status: 'ok' as const };
    app = createApp({
      services,
      system: {
        health: {
          report: async () => ({ status: 'ok', checks: { database: ok, migrations: ok, projector: ok, redis: ok } }),
        },
        metrics,
        info: () => ({
          ...{
            name: 'Pitwall',
            version: 'test',
            environment: 'test',
            roles: [...config.roles],
            node: process.versions.node,
            redis: 'off',
          },
          ...{ startedAt: new Date().toISOString(), database: 'external', documentation: '/api/docs' },
        }),
      },
      observers: { accessLog: createAccessLog({ format: 'json', stream }), metrics: metrics.http, tracing },
      errors: { logger, reporter: { report: (error) => void reported.push(error) } },
      config,
      version: 'test',
    });
    server = await listen(app, { host: '127.0.0.1', port: 0 });
    const { pool } = connections;
    adminToken = options.databaseIsAway
      ? newSecretToken('pw_')
      : await createToken(pool, await createUser(pool, { role: 'admin' }), ['admin']);
  });

  afterAll(async () => {
    services.live.close();
    await server.close(0);
    await services.cache.close();
    services.rateLimits.close();
    await connections.close();
    await database?.drop();
  });

  const base = () => `http://127.0.0.1:${server.port}`;
  /** Calls with these headers. A path is one below `/api/v1`, unless it begins where another does. */
  const client = (headers: () => Record<string, string>) => {
    const send = (method: 'get' | 'post' | 'put' | 'patch' | 'delete') => (path: string) =>
      request(base())
        [method](/^\/(api|health|metrics|\.well-known)/.test(path) ? path : `/api/v1${path}`)
        .set(headers());
    return { get: send('get'), post: send('post'), put: send('put'), patch: send('patch'), delete: send('delete') };
  };
  return {
    /** Calls with an API token of an Admin's that may do everything and does not expire. */
    api: client(() => ({ authorization: `Bearer ${adminToken}` })),
    adminToken: () => adminToken,
    /** Somebody of that role, signed in by a browser. */
    async signIn(
      role: Role = 'admin',
    ): Promise<{ user: TestUser; headers: { cookie: string; 'sec-fetch-site': string } }> {
      const user = await createUser(connections.pool, { role });
      const opened = await services.sessions.open(user.id, 'browser', { remote: '127.0.0.1', userAgent: 'test' });
      const cookie = `${services.sessionCookie.name}=${opened?.secret}`;
      return { user, headers: { cookie, 'sec-fetch-site': 'same-origin' } };
    },
    /** The same for what needs `fetch`. The path is one from the root. */
    fetch: (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
      fetch(base() + path, { ...init, headers: { authorization: `Bearer ${adminToken}`, ...init.headers } }),
    client,
    base,
    clock,
    databaseUrl: () => url,
    /** Of the same database, as the role that owns its tables, for what the service may not. */
    ownerUrl: () => database?.ownerUrl ?? url,
    /** Lines of the log and of the access log since the test began. */
    lines,
    /** What was reported as a bug since the test began. */
    reported,
    app: () => app,
    services: () => services,
    connections: () => connections,
    /** Projects everything that waits. */
    async project(): Promise<void> {
      while ((await services.projector.projectBatch()) > 0);
    },
  };
}

/** A name that no other test uses. */
export const unique = (prefix: string) => `${prefix}-${randomUUID().slice(0, 8)}`;
