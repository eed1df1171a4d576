import type { Figure } from './figure.js';

/** What `make load-test` writes to `load/results/`, as far as it is compared. */
export interface LoadResult {
  requests: { name: string; count: number; p50Ms: number; p95Ms: number; p99Ms: number }[];
}

/** Fewer answers than this have no 95th percentile worth the name. */
const FEWEST = 20;

export function loadFigures({ requests }: LoadResult): Figure[] {
  const counted = requests.filter(({ count }) => count >= FEWEST);
  if (counted.length === 0) throw new Error('The load test sent next to nothing.');
  return counted.flatMap(({ name, p50Ms, p95Ms }) => [
    { name: `load ${name} p50`, value: p50Ms },
    { name: `load ${name} p95`, value: p95Ms },
  ]);
}
