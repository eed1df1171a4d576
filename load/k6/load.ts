/**
 * The load scenario for k6 (1.0 or later): k6 run load/k6/load.ts
 *
 * BASE_URL, PITWALL_TOKEN (or PITWALL_EMAIL and PITWALL_PASSWORD), DURATION, RATE, USERS; RESULTS names a folder for the
 * report. K6_OUT=influxdb=http://influxdb:8086/k6 sends each sample on.
 */
import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { REQUEST_TIMEOUT_SECONDS } from '../scenarios/definition/exchange.ts';
import { closeLoad, openLoad, type PreparedLoad } from '../scenarios/definition/load.ts';
import { LOAD_REQUEST_NAMES, loadRequest } from '../scenarios/definition/mix.ts';
import { readSettings } from '../scenarios/definition/settings.ts';
import { MOST_ERRORS, MOST_P95_MS } from '../scenarios/definition/thresholds.ts';
import { checked, environment, play, sendRequest, sign } from './play.ts';
import { namedThresholds, summaryOutputs, TREND_STATISTICS, type K6Summary } from './summary.ts';

const settings = readSettings(environment, open);
const { durationSeconds, rate, users } = settings;
const baseUrl = environment.BASE_URL.replace(/\/$/, '');

export const options: Options = {
  scenarios: {
    load: {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      duration: `${durationSeconds}s`,
      preAllocatedVUs: Math.ceil(users / 2),
      maxVUs: users,
      // Longer than a request may take, so that the slowest are counted too.
      gracefulStop: `${REQUEST_TIMEOUT_SECONDS + 5}s`,
    },
  },
  thresholds: {
    // By scenario: what goes before and after the load does not count.
    'http_req_failed{scenario:load}': [`rate<${MOST_ERRORS}`],
    'http_req_duration{scenario:load}': [`p(95)<${MOST_P95_MS}`],
    // Requests that were due and had no user left to send them are errors too.
    dropped_iterations: [`count<${Math.max(1, durationSeconds * rate * MOST_ERRORS)}`],
    'checks{group:::setup}': ['rate==1'],
    'checks{group:::teardown}': ['rate==1'],
    ...namedThresholds(LOAD_REQUEST_NAMES),
  },
  summaryTrendStats: TREND_STATISTICS,
  setupTimeout: '60s',
  teardownTimeout: '60s',
  // All but `url`, which holds ids and would make a series each.
  systemTags: ['scenario', 'name', 'method', 'status', 'error_code', 'check', 'group', 'expected_response'],
};

export function setup(): PreparedLoad {
  return play(baseUrl, openLoad(settings, sign, Date.now()));
}

export default function load({ plan }: PreparedLoad): void {
  const request = loadRequest(plan, exec.scenario.iterationInTest, sign, Date.now());
  const { status } = sendRequest(baseUrl, request);
  checked(`${request.name}: ${request.expected.join(' or ')}`, request.expected.includes(status));
}

export function teardown(prepared: PreparedLoad): void {
  play(baseUrl, closeLoad(prepared));
}

export function handleSummary(summary: K6Summary): Record<string, string> {
  const facts = { scenario: 'load', target: baseUrl, settings: { durationSeconds, rate, users } } as const;
  return summaryOutputs(summary, facts, LOAD_REQUEST_NAMES, __ENV.RESULTS);
}
