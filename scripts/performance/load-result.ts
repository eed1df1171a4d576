import type { Figure } from './figure.js';

/** What `make load-test` writes to `load/results/`, as far as it is compared (load/scenarios/definition/report.ts). */
export interface LoadResult {
  format: number;
  scenario: string;
  requests: RequestResult[];
  total: RequestResult;
}

interface RequestResult {
  name: string;
  count: number;
  /** Milliseconds; JSON has null for what was never answered. */
  latencyMs: { p50: number | null; p95: number | null };
}

const FORMAT = 1;
/** How many answers a percentile needs for ten of them, at least, to lie beyond it. */
const FEWEST = { p50: 100, p95: 200 };

export function loadFigures({ format, scenario, requests, total }: LoadResult): Figure[] {
  if (format !== FORMAT || scenario !== 'load') throw new Error(`This reads reports of load in format ${FORMAT} only.`);
  if (total.count < FEWEST.p50) throw new Error(`The load test sent ${total.count} requests.`);
  return [total, ...requests].flatMap(({ name, count, latencyMs }) =>
    (['p50', 'p95'] as const)
      .filter((percentile) => count >= FEWEST[percentile])
      .map((percentile) => {
        const value = latencyMs[percentile];
        if (value === null) throw new Error(`${name} was not answered.`);
        return { name: `load ${percentile} ${name}`, value };
      }),
  );
}
