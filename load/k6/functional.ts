/**
 * The functional scenario for k6 (1.0 or later): k6 run load/k6/functional.ts
 *
 * BASE_URL, PITWALL_TOKEN, PITWALL_EMAIL and PITWALL_PASSWORD; RESULTS names a folder for the report.
 */
import type { Options } from 'k6/options';
import { functionalRound } from '../scenarios/definition/functional.ts';
import { readSettings } from '../scenarios/definition/settings.ts';
import { MOST_ERRORS, MOST_P95_MS } from '../scenarios/definition/thresholds.ts';
import { checked, environment, play, sign } from './play.ts';
import { summaryOutputs, TREND_STATISTICS, type K6Summary } from './summary.ts';

const settings = readSettings(environment, open);
const baseUrl = environment.BASE_URL.replace(/\/$/, '');

export const options: Options = {
  scenarios: { functional: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '5m' } },
  thresholds: {
    checks: ['rate==1'],
    'http_req_failed{scenario:functional}': [`rate<${MOST_ERRORS}`],
    'http_req_duration{scenario:functional}': [`p(95)<${MOST_P95_MS}`],
  },
  summaryTrendStats: TREND_STATISTICS,
};

export default function functional(): void {
  try {
    play(baseUrl, functionalRound(settings, sign, Date.now()));
    checked('the round came to its end', true);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    checked('the round came to its end', false);
  }
}

export function handleSummary(summary: K6Summary): Record<string, string> {
  const facts = { scenario: 'functional', target: baseUrl, settings: null } as const;
  return summaryOutputs(summary, facts, [], __ENV.RESULTS);
}
