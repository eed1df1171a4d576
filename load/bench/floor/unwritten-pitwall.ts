import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Writable } from 'node:stream';
import type * as App from '../../../backend/src/app.js';
import type * as Dependencies from '../../../backend/src/dependencies.js';
import type * as Configuration from '../../../backend/src/config.js';
import type * as Logging from '../../../backend/src/observability/logger.js';
import type * as Metering from '../../../backend/src/observability/metrics.js';
import type * as Eventing from '../../../backend/src/observability/events.js';
import type * as Tracing from '../../../backend/src/observability/tracing.js';
import type * as Accessing from '../../../backend/src/observability/access-log.js';
import { UNREACHED_LIMITS } from '../../service/credentials.js';
import { BACKEND } from '../../service/compiled-backend.js';

/** The compiled module of the back end, which is what production runs. */
const load = <T>(path: string): Promise<T> => import(`${BACKEND}dist/${path}.js`) as Promise<T>;

const SOURCE_ID = '00000000-0000-7000-8000-000000000000';

/** Whose token every token is. */
const CALLER = {
  ...{ id: SOURCE_ID, name: 'bench', scopes: ['admin'], expiresAt: new Date('9999-12-31'), lastUsedAt: new Date() },
  ...{ revoked: false, userId: SOURCE_ID, email: 'bench@example.com', role: 'admin', disabled: false },
};

/** Stands for the database: every source and every token is there, and nothing is written. */
const noDatabase = {
  pool: {
    query: ({ text = '' }: { text?: string }) =>
      Promise.resolve({ rows: text.includes('FROM api_tokens') ? [CALLER] : [] }),
  },
  database: {
    source: {
      findFirst: ({ where }: { where: { name: string } }) =>
        Promise.resolve({
          id: SOURCE_ID,
          kind: 'records',
          name: where.name,
          secretCurrent: null,
          secretPrevious: null,
        }),
    },
  },
};

/** Pitwall's own handler with everything on and no database: what an acknowledgement costs beside the commit. */
export async function serveUnwritten(): Promise<Server> {
  const [{ createApp }, { createServices }, { loadConfig }, logging, metering, eventing, tracingModule, accessing] =
    await Promise.all([
      load<typeof App>('app'),
      load<typeof Dependencies>('dependencies'),
      load<typeof Configuration>('config'),
      load<typeof Logging>('observability/logger'),
      load<typeof Metering>('observability/metrics'),
      load<typeof Eventing>('observability/events'),
      load<typeof Tracing>('observability/tracing'),
      load<typeof Accessing>('observability/access-log'),
    ]);
  const config = loadConfig(UNREACHED_LIMITS);
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const logger = logging.createLogger({ level: 'info', format: 'json', stream });
  const metrics = metering.createMetrics({ defaultMetrics: false });
  const events = eventing.createEvents({ logger, metrics });
  const off = { endpoint: undefined, serviceName: '', serviceVersion: '', environment: '' };
  const tracing = await tracingModule.createTracing(off);
  const services = createServices({
    connections: noDatabase as unknown as Parameters<typeof createServices>[0]['connections'],
    events,
    tracing,
    secretKey: Buffer.alloc(32),
    config,
    now: () => new Date(),
  });
  const never = () => Promise.reject(new Error('Only records are taken here.'));
  const app = createApp({
    services,
    system: { health: { report: never }, metrics, info: () => never() as never },
    observers: { accessLog: accessing.createAccessLog({ format: 'json', stream }), metrics: metrics.http, tracing },
    errors: { logger, reporter: { report: () => undefined } },
    config,
    version: '0',
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
