import { type Answer, type ApiClient, answerOf, type Page, type Query } from './request.ts';

export type AuditEntry = Answer<'/api/v1/audit'>['items'][number];
export type Outcome = AuditEntry['outcome'];
export type AuditQuery = Query<'/api/v1/audit'>;

export class AuditApi {
  constructor(private readonly client: ApiClient) {}

  list(query: AuditQuery): Promise<Page<AuditEntry>> {
    return answerOf(this.client.GET('/api/v1/audit', { params: { query } }));
  }
}
