import { type Answer, type ApiClient, answerOf, type Body, done, type Page, type Query } from './request.ts';

export type Source = Answer<'/api/v1/sources'>['items'][number];
export type SourceWithSecret = Answer<'/api/v1/sources', 'post'>;
export type NewSource = Body<'/api/v1/sources', 'post'>;

export class SourcesApi {
  constructor(private readonly client: ApiClient) {}

  list(query: Query<'/api/v1/sources'>): Promise<Page<Source>> {
    return answerOf(this.client.GET('/api/v1/sources', { params: { query } }));
  }

  connect(body: NewSource): Promise<SourceWithSecret> {
    return answerOf(this.client.POST('/api/v1/sources', { body }));
  }

  rotateSecret(id: string, overlapSeconds: number): Promise<SourceWithSecret> {
    const request = { params: { path: { id } }, body: { overlapSeconds } };
    return answerOf(this.client.POST('/api/v1/sources/{id}/rotate-secret', request));
  }

  disconnect(id: string): Promise<void> {
    return done(this.client.DELETE('/api/v1/sources/{id}', { params: { path: { id } } }));
  }
}
