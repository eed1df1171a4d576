import type { Client, FetchResponse } from 'openapi-fetch';
import { ApiProblem } from './problem.ts';
import type { paths } from './schema.d.ts';

export type ApiClient = Client<paths>;

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Operation<Path extends keyof paths, M extends Method> = paths[Path] extends Record<M, infer Found> ? Found : never;

/** The JSON of a good answer. */
export type Answer<Path extends keyof paths, M extends Method = 'get'> =
  Operation<Path, M> extends { responses: infer Responses }
    ? Responses extends { 200: { content: { 'application/json': infer Body } } }
      ? Body
      : Responses extends { 201: { content: { 'application/json': infer Body } } }
        ? Body
        : never
    : never;

/** The JSON that is sent. */
export type Body<Path extends keyof paths, M extends Method> =
  Operation<Path, M> extends { requestBody: { content: { 'application/json': infer Body } } } ? Body : never;

/** The query parameters, of which each may be left out. */
export type Query<Path extends keyof paths> =
  Operation<Path, 'get'> extends { parameters: { query?: infer Found } } ? NonNullable<Found> : never;

export interface Page<Row> {
  items: Row[];
  nextCursor: string | null;
}

/** The answer's JSON. Throws an `ApiProblem` when there is no good answer. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bounds of FetchResponse are not exported
export async function answerOf<T extends Record<string | number, any>, O, M extends `${string}/${string}`>(
  request: Promise<FetchResponse<T, O, M>>,
): Promise<NonNullable<FetchResponse<T, O, M>['data']>> {
  const { data, error, response } = await reached(request);
  if (data === undefined || data === null) throw ApiProblem.fromAnswer(response, error);
  return data;
}

/** For requests whose good answer says nothing more. Throws an `ApiProblem` when it is not good. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bounds of FetchResponse are not exported
export async function done<T extends Record<string | number, any>, O, M extends `${string}/${string}`>(
  request: Promise<FetchResponse<T, O, M>>,
): Promise<void> {
  const { error, response } = await reached(request);
  if (!response.ok) throw ApiProblem.fromAnswer(response, error);
}

function reached<T>(request: Promise<T>): Promise<T> {
  return request.catch((cause: unknown) => {
    throw ApiProblem.unreachable(cause);
  });
}
