import { randomUUID } from 'node:crypto';
import { describedEndpoints } from '../src/commands/described-endpoints.js';
import type { Endpoint } from '../src/http/endpoint.js';

/** An endpoint with its whole path, and the name `POST /api/v1/sources`. */
export type Operation = Omit<Endpoint, 'path'> & { path: string; name: string };

/** Every operation that there is, so that what is added later is tested too. */
export const operations: Operation[] = (await describedEndpoints()).flatMap(({ root, endpoints }) =>
  endpoints.map((endpoint) => {
    const path = root + endpoint.path;
    return { ...endpoint, path, name: `${endpoint.method.toUpperCase()} ${path}` };
  }),
);

/** For Jest's `each`: with the name before it. */
export const named = (chosen: Operation[]): [string, Operation][] =>
  chosen.map((operation) => [operation.name, operation]);

export const isOpen = ({ access }: Operation) => access === 'public' || access === 'signed';
export const changes = ({ method }: Operation) => method !== 'get';
export const takesJson = ({ request }: Operation) => request.body !== undefined;

/** Its address, with these parameters or else with ones that are well-formed and nobody's. */
export const pathOf = ({ path }: Operation, params: Record<string, string> = {}) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? (name === 'id' ? randomUUID() : 'nobody'));

/** What `fetch` takes: with the documented example for a body, where there is one. */
export function requestOf(operation: Operation, headers: Record<string, string> = {}, body = operation.example) {
  const hasBody = takesJson(operation) || operation.request.rawBody !== undefined;
  return {
    method: operation.method.toUpperCase(),
    headers: { ...(hasBody && { 'content-type': 'application/json' }), ...headers },
    ...(hasBody && { body: JSON.stringify(body ?? {}) }),
    redirect: 'manual' as const,
  };
}

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** Of a problem. */
  detail?: string;
  errors?: { pointer: string; detail: string }[];
}

/** Sends it, and reads the answer; of a stream, only how it begins. */
export async function send(url: string, init: RequestInit): Promise<Answered> {
  const controller = new AbortController();
  const answer = await fetch(url, { ...init, signal: controller.signal });
  const { status, headers } = answer;
  const streams = headers.get('content-type')?.startsWith('text/event-stream');
  const text = streams ? '' : await answer.text();
  controller.abort();
  const problem = text !== '' && headers.get('content-type')?.startsWith('application/problem+json');
  return { status, headers, text, ...(problem && (JSON.parse(text) as object)) };
}
