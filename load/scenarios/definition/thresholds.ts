import type { Figures } from './report.ts';

/** Both scenarios. An error is an answer whose status was not expected, or none at all. */
export const MOST_ERRORS = 0.01;
export const MOST_P95_MS = 2000;

export interface Threshold {
  readonly name: string;
  /** In words and figures, such as `< 0.01`. */
  readonly limit: string;
  readonly value: number;
  readonly met: boolean;
}

/** A run without one request meets nothing. */
export function judge(scenario: 'functional' | 'load', { total, checks, around }: Figures): Threshold[] {
  const errors = total.count === 0 ? 1 : total.failed / total.count;
  const p95 = total.latencyMs.p95;
  // Of the load, failed checks are errors, which have their own threshold; what goes before and after must hold.
  const held = scenario === 'functional' ? checks : around;
  return [
    { name: 'share of errors', limit: `< ${MOST_ERRORS}`, value: errors, met: errors < MOST_ERRORS },
    { name: 'p95 in ms', limit: `< ${MOST_P95_MS}`, value: p95, met: total.count > 0 && p95 < MOST_P95_MS },
    {
      name: scenario === 'functional' ? 'failed checks' : 'failed checks before and after',
      limit: '= 0',
      value: held.failed,
      met: held.failed === 0 && held.passed > 0,
    },
  ];
}
