import { type Answer, type ApiClient, answerOf, type Body, done } from './request.ts';

/** Who is signed in, and by what. */
export type Me = Answer<'/api/v1/auth/me'>;
export type LinkFacts = Answer<'/api/v1/auth/link', 'post'>;
export type SignedInSession = Answer<'/api/v1/auth/sessions'>['items'][number];

/** What people do for themselves: sign in and out, accept a link, change their password, end their sessions. */
export class AccountApi {
  constructor(private readonly client: ApiClient) {}

  me(): Promise<Me> {
    return answerOf(this.client.GET('/api/v1/auth/me'));
  }

  /** Has the browser keep the session's cookie. */
  signIn(email: string, password: string): Promise<void> {
    return done(this.client.POST('/api/v1/auth/login', { body: { email, password, kind: 'session' } }));
  }

  signOut(): Promise<void> {
    return done(this.client.POST('/api/v1/auth/logout'));
  }

  /** What a one-time link is for; a problem with status 404 when it is unknown, used or expired. */
  link(token: string): Promise<LinkFacts> {
    return answerOf(this.client.POST('/api/v1/auth/link', { body: { token } }));
  }

  /** Makes the first Admin. */
  setUp(body: Body<'/api/v1/auth/setup', 'post'>): Promise<void> {
    return done(this.client.POST('/api/v1/auth/setup', { body }));
  }

  activate(token: string, password: string): Promise<void> {
    return done(this.client.POST('/api/v1/auth/activate', { body: { token, password } }));
  }

  changePassword(currentPassword: string, newPassword: string): Promise<void> {
    return done(this.client.PUT('/api/v1/auth/password', { body: { currentPassword, newPassword } }));
  }

  async sessions(): Promise<SignedInSession[]> {
    return (await answerOf(this.client.GET('/api/v1/auth/sessions'))).items;
  }

  endSession(id: string): Promise<void> {
    return done(this.client.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
  }

  endOtherSessions(): Promise<void> {
    return done(this.client.DELETE('/api/v1/auth/sessions'));
  }
}
