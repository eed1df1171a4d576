import type { Percentiles } from './latencies.js';
import type { Workload } from './workload.js';

export interface Task {
  port: number;
  workload: Workload;
  seconds: number;
  /** Closed loop: so many requests are always under way. Open model: at most so many connections are opened. */
  connections: number;
  /** Requests per second, whatever the answers do; left out, each connection sends on as soon as it is answered. */
  rate?: number;
}

export interface Measurement {
  answers: number;
  /** Answers that are no success, and connections that broke. */
  failures: number;
  seconds: number;
  perSecond: number;
  latency: Percentiles;
  /** Of the client: microseconds of CPU per answer, and its share of one core. */
  clientMicros: number;
  clientShare: number;
}

/** Measures what the client itself costs while it measures something else. */
export function startClientMeter(): (answers: number) => Pick<Measurement, 'seconds' | 'clientMicros' | 'clientShare'> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  return (answers) => {
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      seconds,
      clientMicros: (user + system) / Math.max(1, answers),
      clientShare: (user + system) / 1e6 / seconds,
    };
  };
}
