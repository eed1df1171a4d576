import type { Figure } from './figure.js';

/** What `make load-test` writes to `load/results/`, as far as it is compared (load/scenarios/definition/report.ts). */
export interface LoadResult {
  format: number;
  scenario: string;
  /** Milliseconds; JSON has null for what was never answered. */
  requests: { name: string; count: number; latencyMs: { p50: number | null; p95: number | null } }[];
}

const FORMAT = 1;
/** Fewer answers than this have no 95th percentile worth the name. */
const FEWEST = 20;

export function loadFigures({ format, scenario, requests }: LoadResult): Figure[] {
  if (format !== FORMAT || scenario !== 'load') throw new Error(`This reads reports of load in format ${FORMAT} only.`);
  const counted = requests.filter(({ count }) => count >= FEWEST);
  if (counted.length === 0) throw new Error('The load test sent next to nothing.');
  return counted.flatMap(({ name, latencyMs: { p50, p95 } }) => {
    if (p50 === null || p95 === null) throw new Error(`${name} was not answered.`);
    return [
      { name: `load ${name} p50`, value: p50 },
      { name: `load ${name} p95`, value: p95 },
    ];
  });
}
