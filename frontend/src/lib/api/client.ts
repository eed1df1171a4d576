import createClient from 'openapi-fetch';
import { AccountApi } from './account.ts';
import { AuditApi } from './audit.ts';
import { type Answer, type ApiClient, answerOf } from './request.ts';
import type { paths } from './schema.d.ts';
import { SourcesApi } from './sources.ts';
import { TokensApi } from './tokens.ts';
import { UsersApi } from './users.ts';

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

/** What a page of any list holds at most: the limit of the API. */
export const MAX_PAGE_SIZE = 100;

/** The HTTP API of the same origin. Every method throws an `ApiProblem` when there is no good answer. */
export class Api {
  readonly account: AccountApi;
  readonly users: UsersApi;
  readonly sources: SourcesApi;
  readonly tokens: TokensApi;
  readonly audit: AuditApi;
  private readonly client: ApiClient;

  constructor(fetch: typeof globalThis.fetch) {
    this.client = createClient<paths>({ fetch });
    this.account = new AccountApi(this.client);
    this.users = new UsersApi(this.client);
    this.sources = new SourcesApi(this.client);
    this.tokens = new TokensApi(this.client);
    this.audit = new AuditApi(this.client);
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
