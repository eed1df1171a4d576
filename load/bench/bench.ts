import type pg from 'pg';
import type { Measurement, Task } from '../client/measurement.js';
import type { Credentials } from '../service/credentials.js';
import type { PitwallProcess } from '../service/pitwall.js';
import type { WorkerProcess } from '../service/worker-process.js';
import type { FloorTask } from './floor/floor-task.js';

/** What a case measures with. */
export interface Bench {
  pitwall: PitwallProcess;
  /** What requests are sent with. */
  credentials: Credentials;
  databaseUrl: string;
  database: pg.Pool;
  client: WorkerProcess<Task, Measurement>;
  floor: WorkerProcess<FloorTask, unknown>;
  /** Connections that Pitwall may open to PostgreSQL; its floors get as many. */
  poolSize: number;
  rows: number;
  /** Of each measurement. */
  seconds: number;
  rounds: number;
  say(line: string): void;
}

/** One line of the result. */
export interface CaseResult {
  name: string;
  /** What is counted. */
  unit: string;
  beside: string;
  perSecond: number;
  floorPerSecond: number;
  ratio: number;
  aim: number | null;
  /** At half of the peak, by the open model. */
  latency?: Measurement['latency'];
  /** Microseconds of CPU per unit at the peak, of Pitwall's own process and of its floor's. */
  cpuMicros?: number;
  floorCpuMicros?: number;
  /** The client's share of one core at the peak: near 1, it is the client that was measured. */
  clientShare?: number;
  details: Record<string, unknown>;
}

export interface Case {
  name: string;
  run(bench: Bench): Promise<CaseResult>;
}

/** Empties the log and writes out what was dirty, so that one measurement does not pay for the one before. */
export async function clearLog({ database }: Pick<Bench, 'database'>): Promise<void> {
  await database.query('TRUNCATE events, pending_events, event_counts, quarantined_events');
  await database.query('CHECKPOINT');
}
