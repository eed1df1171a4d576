/**
 * What a scenario is made of. The files of this folder are read by Node and by k6: they use neither's own modules and
 * nothing newer than ES2020, and name each other with `.ts`, because k6 resolves no other way
 * (https://grafana.com/docs/k6/latest/using-k6/modules/).
 */

export interface ApiRequest {
  /** What it is called in figures; never holds an id. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The statuses that are no error. */
  readonly expected: readonly number[];
}

export interface ApiAnswer {
  /** 0 where no answer came. */
  readonly status: number;
  readonly body: string;
}

export type Step =
  | { readonly kind: 'request'; readonly request: ApiRequest }
  | { readonly kind: 'check'; readonly name: string; readonly passed: boolean }
  | { readonly kind: 'pause'; readonly seconds: number }
  /** Something that cannot be done here, which the report says. */
  | { readonly kind: 'left out'; readonly what: string };

/** Steps in order. Whoever plays them hands in the answer to each request, and `NO_ANSWER` after every other step. */
export type Script<Result> = Generator<Step, Result, ApiAnswer>;

export const NO_ANSWER: ApiAnswer = { status: 0, body: '' };

/** After so long without an answer, a request has failed. */
export const REQUEST_TIMEOUT_SECONDS = 30;

/** HMAC-SHA256 in hexadecimal digits, which each runtime computes in its own way. */
export type Sign = (secret: string, text: string) => string;

export type Headers = Readonly<Record<string, string>>;

export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });

export const getRequest = (name: string, path: string, headers: Headers, expected = [200]): ApiRequest => ({
  name,
  method: 'GET',
  path,
  headers,
  expected,
});

export const postRequest = (
  name: string,
  path: string,
  headers: Headers,
  body: object,
  expected = [201],
): ApiRequest => ({
  name,
  method: 'POST',
  path,
  headers: { ...headers, 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
  expected,
});

export const deleteRequest = (name: string, path: string, headers: Headers, expected = [204]): ApiRequest => ({
  name,
  method: 'DELETE',
  path,
  headers,
  expected,
});

/** Sends it and checks the status. */
export function* send(request: ApiRequest): Script<ApiAnswer> {
  const answer = yield { kind: 'request', request };
  yield* check(`${request.name}: ${request.expected.join(' or ')}`, request.expected.includes(answer.status));
  return answer;
}

export function* check(name: string, passed: boolean): Script<void> {
  yield { kind: 'check', name, passed };
}

export function* pause(seconds: number): Script<void> {
  yield { kind: 'pause', seconds };
}

export function* leaveOut(what: string): Script<void> {
  yield { kind: 'left out', what };
}

/** Any JSON, as far as its fields are looked at; an answer that is no object has none. */
export interface Fields {
  readonly [field: string]: unknown;
}

export function fieldsOf(answer: ApiAnswer): Fields {
  try {
    return asFields(JSON.parse(answer.body));
  } catch {
    return {};
  }
}

export const asFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

/** The rows of a list. */
export function itemsOf(answer: ApiAnswer): Fields[] {
  const { items } = fieldsOf(answer);
  return Array.isArray(items) ? items.map(asFields) : [];
}

/** A field without which the scenario cannot go on. */
export function textIn(answer: ApiAnswer, field: string, what: string): string {
  const value = fieldsOf(answer)[field];
  if (typeof value === 'string') return value;
  throw new Error(`${what}: there is no ${field} in the answer (status ${answer.status}).`);
}
