import { check, sleep } from 'k6';
import crypto from 'k6/crypto';
import http from 'k6/http';
import {
  NO_ANSWER,
  REQUEST_TIMEOUT_SECONDS,
  type ApiAnswer,
  type ApiRequest,
  type Script,
  type Sign,
} from '../scenarios/definition/exchange.ts';

/** Where `make demo` and the README say that Pitwall is. */
const DEFAULT_URL = 'http://localhost:8000';

export const environment = { ...__ENV, BASE_URL: __ENV.BASE_URL || DEFAULT_URL };

export const sign: Sign = (secret, text) => crypto.hmac('sha256', secret, text, 'hex');

export function sendRequest(baseUrl: string, request: ApiRequest): ApiAnswer {
  const { name, method, path, headers, body, expected } = request;
  const answer = http.request(method, baseUrl + path, body ?? null, {
    headers: { ...headers },
    redirects: 0,
    timeout: `${REQUEST_TIMEOUT_SECONDS}s`,
    // Figures are by this name: paths hold ids.
    tags: { name },
    responseCallback: http.expectedStatuses(...expected),
  });
  return { status: answer.status, body: typeof answer.body === 'string' ? answer.body : '' };
}

export function checked(name: string, passed: boolean): void {
  check(null, { [name]: () => passed });
}

/** What cannot be done is told by a check of this name: nothing else gets from here to `handleSummary`. */
export const LEFT_OUT = 'left out: ';

/** Plays a scenario's steps. */
export function play<Result>(baseUrl: string, script: Script<Result>): Result {
  let answer = NO_ANSWER;
  for (;;) {
    const { done, value } = script.next(answer);
    if (done) return value;
    answer = NO_ANSWER;
    if (value.kind === 'request') answer = sendRequest(baseUrl, value.request);
    else if (value.kind === 'check') checked(value.name, value.passed);
    else if (value.kind === 'pause') sleep(value.seconds);
    else checked(LEFT_OUT + value.what, true);
  }
}
