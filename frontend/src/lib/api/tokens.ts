import { type Answer, type ApiClient, answerOf, type Body, done, type Page, type Query } from './request.ts';

export type ApiToken = Answer<'/api/v1/tokens'>['items'][number];
export type Scope = ApiToken['scopes'][number];
export type NewApiToken = Body<'/api/v1/tokens', 'post'>;
export type CreatedApiToken = Answer<'/api/v1/tokens', 'post'>;

export class TokensApi {
  constructor(private readonly client: ApiClient) {}

  list(query: Query<'/api/v1/tokens'>): Promise<Page<ApiToken>> {
    return answerOf(this.client.GET('/api/v1/tokens', { params: { query } }));
  }

  create(body: NewApiToken): Promise<CreatedApiToken> {
    return answerOf(this.client.POST('/api/v1/tokens', { body }));
  }

  revoke(id: string): Promise<void> {
    return done(this.client.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
  }
}
