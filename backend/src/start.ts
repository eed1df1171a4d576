import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.js';
import type { Config } from './config.js';
import { connectDatabase } from './database/client.js';
import { PostgresListener } from './database/listener.js';
import { migrationStatus } from './database/migrations.js';
import { migrateAndGrant, openDatabase } from './database/open-database.js';
import { databaseFaults } from './database/roles.js';
import { createServices } from './dependencies.js';
import { IDENTITY_CHANNEL } from './features/auth/identity-changes.js';
import { PROJECTED_CHANNEL, type Projected } from './features/projector/projector.service.js';
import { QueueRepository } from './features/projector/queue.repository.js';
import { secretKey } from './features/sources/secret-box.js';
import { HealthService } from './features/system/health.service.js';
import { prepareFirstStart, type FirstSignIn } from './first-start.js';
import { requestContext } from './http/context.js';
import { metricsListener } from './http/metrics-listener.js';
import { listen } from './http/server.js';
import { Lifecycle } from './lifecycle.js';
import { createAccessLog } from './observability/access-log.js';
import { createErrorReporter } from './observability/error-reporting.js';
import { createEvents } from './observability/events.js';
import { createLogger } from './observability/logger.js';
import { createMetrics } from './observability/metrics.js';
import { createTracing } from './observability/tracing.js';
import { connectRedis } from './redis/client.js';
import { version } from './version.js';

const WEB_ROOT = fileURLToPath(new URL('../../frontend/build', import.meta.url));
const REPORT_TIMEOUT_MS = 2_000;

export type Running = Awaited<ReturnType<typeof start>>;

/** Opens everything in order; what was opened is closed again when something does not open. */
export async function start(config: Config, onFirstSignIn: (signIn: FirstSignIn) => void) {
  const logger = createLogger({ ...config.log, context: () => requestContext.getStore() });
  const lifecycle = new Lifecycle(logger);
  lifecycle.onClose('log', () => logger.close());
  try {
    return { logger, lifecycle, ...(await open(config, logger, lifecycle, onFirstSignIn)) };
  } catch (error) {
    logger.error('Pitwall could not start.', { error });
    await lifecycle.close();
    throw error;
  }
}

async function open(
  config: Config,
  logger: ReturnType<typeof createLogger>,
  lifecycle: Lifecycle,
  onFirstSignIn: (signIn: FirstSignIn) => void,
) {
  const observability = await openObservability(config, logger, lifecycle);
  const { metrics, events, tracing, reporter, accessLog } = observability;
  const databaseUrl = await prepareDatabase(config, logger, lifecycle);
  const connections = connectDatabase({
    url: databaseUrl,
    poolSize: config.database.poolSize,
    onIdleError: (error) => logger.warn('A database connection broke.', { error }),
  });
  lifecycle.onClose('database connections', () => connections.close());
  metrics.database.watch(connections.pool);
  if (config.environment === 'production') await refuseUnsafe(connections.pool);
  const redis = config.redis.url
    ? connectRedis({
        url: config.redis.url,
        onError: (error) => events.redisUnavailable(error),
        onUp: () => events.redisAvailable(),
      })
    : undefined;
  if (redis) lifecycle.onClose('redis', () => redis.close());

  const key = await secretKey(config.secretKey, config.dataDir);
  const services = createServices({
    connections,
    redis,
    events,
    tracing,
    secretKey: key,
    config,
    now: () => new Date(),
  });
  lifecycle.onClose('cache', () => services.cache.close());
  lifecycle.onClose('rate limits', () => services.rateLimits.close());
  const listener = new PostgresListener({
    url: databaseUrl,
    channels: {
      [PROJECTED_CHANNEL]: (payload) => services.onProjected(JSON.parse(payload) as Projected),
      [IDENTITY_CHANNEL]: () => services.identityChanges.received(),
    },
    onGap: () => {
      services.onProjected({ pipelines: [], runs: [], deployments: [], more: true });
      services.identityChanges.received();
    },
    onError: (error) => logger.warn('Notifications are interrupted.', { error }),
  });
  await listener.open();
  lifecycle.onClose('notifications', () => listener.close());
  if (config.roles.has('worker')) services.loop.start();
  lifecycle.onClose('projector', () => services.loop.stop());
  lifecycle.onClose('event log', () => services.log.drain());
  lifecycle.onClose('audit log', () => services.audit.drain());

  const queue = new QueueRepository(connections.pool);
  const health = new HealthService(
    {
      database: () => connections.pool.query('SELECT 1'),
      pendingMigrations: async () => {
        const { pending, failed } = await migrationStatus(connections.pool);
        return [...pending, ...failed];
      },
      backlog: () => queue.backlog(),
      redis: () => redis?.state() ?? 'off',
    },
    { maxSeconds: config.ready.maxLagSeconds, projects: config.roles.has('worker') },
  );
  metrics.health.watch(() => health.report());
  const startedAt = new Date().toISOString();
  const info = () => ({
    name: 'Pitwall' as const,
    version,
    environment: config.environment,
    roles: [...config.roles],
    node: process.versions.node,
    startedAt,
    database: config.database.url ? ('external' as const) : ('embedded' as const),
    redis: redis?.state() ?? ('off' as const),
    documentation: '/api/docs',
  });
  const app = createApp({
    services,
    system: { health, metrics, info },
    observers: { accessLog, metrics: metrics.http, tracing },
    errors: { logger, reporter },
    config,
    version,
    ...(existsSync(WEB_ROOT) && { webRoot: WEB_ROOT }),
  });
  const firstSignIn = config.roles.has('gateway') ? await prepareFirstStart(services, config, logger) : undefined;
  if (firstSignIn) onFirstSignIn(firstSignIn);
  if (config.metrics) {
    const scraped = await listen(metricsListener({ ...metrics, token: config.metrics.token }), config.metrics);
    lifecycle.onClose('metrics', () => scraped.close(config.http.shutdownGraceMs));
  }
  const server = await listen(app, config.http);
  lifecycle.onClose('http', () => server.close(config.http.shutdownGraceMs));
  // First of all, so that open pages do not hold up the server's end.
  lifecycle.onClose('live updates', () => services.live.close());
  const drain = () => {
    health.drain();
    server.drain();
  };
  return { port: server.port, drain, reporter };
}

async function openObservability(config: Config, logger: ReturnType<typeof createLogger>, lifecycle: Lifecycle) {
  const metrics = createMetrics({ defaultMetrics: true, version, roles: config.roles });
  const events = createEvents({ logger, metrics });
  const environment = config.environment;
  const tracing = await createTracing({
    ...config.tracing,
    serviceName: 'pitwall',
    serviceVersion: version,
    environment,
    onExportFailed: (error) => logger.warn('Spans could not be exported.', { error }),
  });
  lifecycle.onClose('tracing', () => tracing.shutdown());
  const reporter = await createErrorReporter({ ...config.sentry, environment, release: `pitwall@${version}` });
  lifecycle.onClose('error reporting', () => reporter.close(REPORT_TIMEOUT_MS));
  const accessLog = createAccessLog({ format: config.log.format });
  lifecycle.onClose('access log', () => accessLog.close());
  return { metrics, events, tracing, reporter, accessLog };
}

/** Migrations are applied here only where one process owns the database. Answers the URL to serve from. */
async function prepareDatabase(
  config: Config,
  logger: ReturnType<typeof createLogger>,
  lifecycle: Lifecycle,
): Promise<string> {
  const database = await openDatabase(config, endForLostDatabase);
  lifecycle.onClose('embedded PostgreSQL', () => database.close());
  if (database.adopted) logger.info('Took over the PostgreSQL that an earlier process left running.');
  if (config.environment === 'production') return database.url;
  const { appliedNow } = await migrateAndGrant(database);
  if (appliedNow.length > 0) logger.info('Migrations were applied.', { migrations: appliedNow });
  return database.url;
}

async function refuseUnsafe(pool: Parameters<typeof databaseFaults>[0]): Promise<void> {
  const faults = await databaseFaults(pool);
  if (faults.length > 0) throw new Error(`The database is not fit for production:\n  ${faults.join('\n  ')}`);
}

/** Nothing works without it, and the next start brings it back: the process ends, as for any fault that nobody foresaw. */
function endForLostDatabase(): never {
  throw new Error('The embedded PostgreSQL ended. Start Pitwall again: it recovers what was acknowledged.');
}
