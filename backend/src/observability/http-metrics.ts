import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const MAX_SERIES = 2000;

/** The figures of the HTTP side. A request that has `started` must be `finished` once, also when it was aborted. */
export interface HttpMetrics {
  started(): void;
  /**
   * @param route the template (`/api/v1/runs/{id}`), never the path; undefined when no route matched
   * @param seconds from the first byte in to the last byte out
   */
  finished(method: string, route: string | undefined, status: number, seconds: number): void;
}

interface Children {
  count: { inc(): void };
  duration: { observe(seconds: number): void };
}

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry];
  const total = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route template and status.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route'] as const,
    // 0.2 s is the latency objective, and 2 s is alerted on: they must be bounds, so that shares within them are exact.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 2.5, 5, 10],
    registers,
  });
  let inFlight = 0;
  new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests that have started and are not yet answered.',
    registers,
    collect() {
      this.set(inFlight);
    },
  });

  // Children are resolved once and kept, by route, method and status: looking them up by their labels would cost each
  // request, and so would a key that is put together.
  const routes = new Map<string, Map<string, Map<number, Children>>>();
  let series = 0;
  const childrenOf = (method: string, route: string, status: number): Children => {
    const known = routes.get(route)?.get(method)?.get(status);
    if (known) return known;
    // Routes that are no templates would grow without end: past the bound, new ones count together.
    if (series >= MAX_SERIES && route !== 'other') return childrenOf(method, 'other', status);
    const children = {
      count: total.labels({ method, route, status: String(status) }),
      duration: duration.labels({ method, route }),
    };
    const methods = routes.get(route) ?? new Map<string, Map<number, Children>>();
    const statuses = methods.get(method) ?? new Map<number, Children>();
    routes.set(route, methods.set(method, statuses.set(status, children)));
    series += 1;
    return children;
  };

  return {
    started() {
      inFlight += 1;
    },
    finished(method, route = 'unmatched', status, seconds) {
      inFlight -= 1;
      const { count, duration } = childrenOf(METHODS.has(method) ? method : 'OTHER', route, status);
      count.inc();
      if (Number.isFinite(seconds)) duration.observe(seconds);
    },
  };
}
