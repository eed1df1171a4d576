import createClient, { type FetchResponse } from 'openapi-fetch';
import { ApiProblem } from './problem.ts';
import type { paths } from './schema.d.ts';

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

export type PipelinePage = Answer<'/api/v1/pipelines'>;
export type Pipeline = PipelinePage['items'][number];
export type RecentRun = Pipeline['recentRuns'][number];
export type Run = Answer<'/api/v1/runs/{id}'>;
export type Attempt = Run['attempts'][number];
export type Job = Run['jobs'][number];
export type Step = Job['steps'][number];
export type Status = Run['status'];

export interface PipelineFilter {
  /** Matched by the service against names and repositories; empty for all. */
  q: string;
  /** The status of the latest run; null for all. */
  status: Status | null;
}

/** What a page of pipelines holds at most: the limit of the API. */
export const MAX_PAGE_SIZE = 100;

/** The HTTP API of the same origin. Every method throws an `ApiProblem` when there is no good answer. */
export class Api {
  private readonly client;

  constructor(fetch: typeof globalThis.fetch) {
    this.client = createClient<paths>({ fetch });
  }

  pipelines({ q, status }: PipelineFilter, page: { limit: number; cursor?: string }): Promise<PipelinePage> {
    const query = { ...page, ...(q && { q }), ...(status && { status }) };
    return answerOf(this.client.GET('/api/v1/pipelines', { params: { query } }));
  }

  run(id: string): Promise<Run> {
    return answerOf(this.client.GET('/api/v1/runs/{id}', { params: { path: { id } } }));
  }

  info(): Promise<Answer<'/api/v1/info'>> {
    return answerOf(this.client.GET('/api/v1/info'));
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bounds of FetchResponse are not exported
async function answerOf<T extends Record<string | number, any>, O, M extends `${string}/${string}`>(
  request: Promise<FetchResponse<T, O, M>>,
): Promise<NonNullable<FetchResponse<T, O, M>['data']>> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    throw ApiProblem.unreachable(cause);
  });
  if (data === undefined || data === null) throw ApiProblem.fromAnswer(response, error);
  return data;
}
