import { PROCESS_ROLES } from '../../../backend/src/config.js';
import { createMetrics } from '../../../backend/src/observability/metrics.js';

/** What a process of every role exposes: its very registry; what is read of its pool and of its health is made up. */
export async function exposition(): Promise<string> {
  const metrics = createMetrics({ defaultMetrics: true, roles: PROCESS_ROLES });
  metrics.database.watch({ totalCount: 1, idleCount: 1, waitingCount: 0, options: { max: 10 } });
  const ok = { status: 'ok' };
  const checks = { database: ok, migrations: ok, projector: ok, redis: ok };
  metrics.health.watch(async () => ({ checks }));
  // So that each label is seen: those of requests are there from the first request on.
  metrics.http.finished('GET', '/api/v1/runs', 200, 0.1);
  return metrics.expose();
}
