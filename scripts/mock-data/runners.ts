import { activity, HOUR_MS, type Calendar } from './calendar.js';
import type { Random } from './random.js';

/** The median wait for a runner when nobody else wants one, and how many times that it grows by at the busiest hour. */
const POOLS = {
  'ubuntu-latest': { labels: ['ubuntu-latest'], seconds: 5, crowding: 4, named: 'GitHub Actions' },
  'ubuntu-22.04-8core': { labels: ['ubuntu-22.04-8core'], seconds: 9, crowding: 12, named: 'linux-8core' },
  'windows-latest': { labels: ['windows-latest'], seconds: 22, crowding: 5, named: 'GitHub Actions' },
  'macos-14': { labels: ['macos-14'], seconds: 35, crowding: 14, named: 'GitHub Actions' },
  'self-hosted-deploy': { labels: ['self-hosted', 'deploy'], seconds: 3, crowding: 3, named: 'deploy' },
  'self-hosted-gpu': { labels: ['self-hosted', 'gpu'], seconds: 60, crowding: 18, named: 'gpu-a100' },
} as const;

export type PoolName = keyof typeof POOLS;

/** How long it took until what had piled up in the outage was done. */
const BACKLOG_MS = 1.75 * HOUR_MS;

/** Where jobs wait. */
export class Runners {
  constructor(private readonly calendar: Pick<Calendar, 'outage'>) {}

  labels(pool: PoolName): string[] {
    return [...POOLS[pool].labels];
  }

  runnerName(pool: PoolName, random: Random): string {
    return `${POOLS[pool].named}-${Math.floor(random.between(1, pool.startsWith('self-hosted') ? 5 : 400))}`;
  }

  /** When a runner takes the job that asked for one at `queuedAt`. Nothing starts in the outage, and its backlog drains in order. */
  startTime(pool: PoolName, queuedAt: number, random: Random): number {
    const { seconds, crowding } = POOLS[pool];
    const { outage } = this.calendar;
    const wait = random.logNormal(seconds * (1 + crowding * activity(queuedAt) ** 2), 0.55) * 1000;
    const usual = queuedAt + wait;
    if (!outage || usual < outage.from) return usual;
    if (usual < outage.until) {
      const place = Math.max(0, queuedAt - outage.from) / (outage.until - outage.from);
      return outage.until + wait + place * BACKLOG_MS * 0.8 + random.between(0, 0.2 * BACKLOG_MS);
    }
    const drained = Math.max(0, 1 - (usual - outage.until) / BACKLOG_MS);
    return usual + drained * random.between(0.5, 1) * BACKLOG_MS * 0.5;
  }
}
