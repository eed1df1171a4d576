import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Crash {
  /** Milliseconds after the sending began. */
  at: number;
  /** Whether PostgreSQL dies as well. */
  database: boolean;
}

export const CRASHES = 5;
const DATABASE_CRASH = 2;
/** Each crash hits a service that has had time to come back from the one before. */
const RECOVERY_MS = 3_000;

/** One crash at a random moment of each equal part of the time; the same seed gives the same moments. */
export function planCrashes(seed: number, totalMs: number): Crash[] {
  const random = mulberry32(seed);
  const part = totalMs / CRASHES;
  return Array.from({ length: CRASHES }, (_, index) => ({
    at: Math.round(index * part + RECOVERY_MS / 2 + random() * (part - RECOVERY_MS)),
    database: index === DATABASE_CRASH,
  }));
}

/** https://gist.github.com/tommyettinger/46a874533244883189143505d203312c: small, and good enough to pick moments. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** SIGKILL for the PostgreSQL of a data folder and each of its processes, which are groups of their own. */
export function killPostgres(dataFolder: string): void {
  const postmaster = postmasterPid(dataFolder);
  const children = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === postmaster)
    .map(([pid]) => pid as number);
  for (const pid of [postmaster, ...children]) killOne(pid);
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function postmasterPid(dataFolder: string): number {
  const moved = join(dataFolder, 'postgres.location');
  const home = existsSync(moved) ? readFileSync(moved, 'utf8').trim() : dataFolder;
  const pid = Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  if (!(pid > 1)) throw new Error('PostgreSQL does not say its process.');
  return pid;
}
