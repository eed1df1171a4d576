import { randomBytes } from 'node:crypto';
import { endpointGroups, type RoleGroup } from '../app.js';
import { loadConfig } from '../config.js';
import { connectDatabase } from '../database/client.js';
import { createServices } from '../dependencies.js';
import { createEvents } from '../observability/events.js';
import { createLogger } from '../observability/logger.js';
import { createMetrics } from '../observability/metrics.js';
import { createTracing } from '../observability/tracing.js';

/** The endpoints of services that are never called, as they are without any setting: nothing is connected. */
export async function describedEndpoints(): Promise<RoleGroup[]> {
  const config = loadConfig({});
  const metrics = createMetrics({ defaultMetrics: false });
  const events = createEvents({ logger: createLogger(config.log), metrics });
  const tracing = await createTracing({ endpoint: undefined, serviceName: '', serviceVersion: '', environment: '' });
  const connections = connectDatabase({ url: 'postgresql://nowhere', poolSize: 1, onIdleError: () => undefined });
  const now = () => new Date();
  const services = createServices({ connections, events, tracing, secretKey: randomBytes(32), config, now });
  const unused = () => Promise.reject(new Error('Endpoints are only described here.'));
  return endpointGroups(
    services,
    { health: { report: unused }, metrics, info: () => unused() as never },
    config.intake,
  );
}
