import { type Answer, type ApiClient, answerOf, type Body, done, type Page, type Query } from './request.ts';

export type User = Answer<'/api/v1/users'>['items'][number];
export type UserStatus = User['status'];
export type UserQuery = Query<'/api/v1/users'>;
export type NewUser = Body<'/api/v1/users', 'post'>;
export type UserChange = Body<'/api/v1/users/{id}', 'patch'>;
/** An address that sets a password once. It is not told again. */
export type AccountLink = Answer<'/api/v1/users/{id}/password-reset', 'post'>;
export type InvitedUser = Answer<'/api/v1/users', 'post'>;
export type Validation = Answer<'/api/v1/validate/user', 'post'>;

export class UsersApi {
  constructor(private readonly client: ApiClient) {}

  list(query: UserQuery): Promise<Page<User>> {
    return answerOf(this.client.GET('/api/v1/users', { params: { query } }));
  }

  invite(body: NewUser): Promise<InvitedUser> {
    return answerOf(this.client.POST('/api/v1/users', { body }));
  }

  change(id: string, body: UserChange): Promise<User> {
    return answerOf(this.client.PATCH('/api/v1/users/{id}', { params: { path: { id } }, body }));
  }

  delete(id: string): Promise<void> {
    return done(this.client.DELETE('/api/v1/users/{id}', { params: { path: { id } } }));
  }

  resetPassword(id: string): Promise<AccountLink> {
    return answerOf(this.client.POST('/api/v1/users/{id}/password-reset', { params: { path: { id } } }));
  }

  /** Whether such a user would be accepted, and why not. */
  validate(user: NewUser): Promise<Validation> {
    return answerOf(this.client.POST('/api/v1/validate/user', { body: user }));
  }
}
