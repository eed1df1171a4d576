import { ConflictError, NotFoundError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { accountLinkSchema } from './account-link.schema.js';
import {
  newUserSchema,
  userChangeSchema,
  userPageSchema,
  userParams,
  userQuery,
  userSchema,
  userValidationBody,
  userValidationSchema,
  userWithLinkSchema,
} from './user.schema.js';
import type { UserService } from './user.service.js';

const tag = 'Users';
const NEW_USER_EXAMPLE = { email: 'grace@example.com', name: 'Grace Hopper', role: 'maintainer' as const };

export const userRoutes = (users: UserService) => [
  endpoint({
    method: 'get',
    path: '/users',
    tag,
    summary: 'List the users',
    access: 'admin',
    concealed: true,
    rate: 'read',
    request: { query: userQuery },
    response: { status: 200, schema: userPageSchema },
    errors: [],
    handle: ({ query }) => users.list(query),
  }),
  endpoint({
    method: 'post',
    path: '/users',
    tag,
    summary: 'Invite a person',
    description: 'The answer holds the link with which they choose a password. It is shown this once.',
    access: 'admin',
    concealed: true,
    rate: 'default',
    audit: 'user.created',
    request: { body: newUserSchema },
    example: NEW_USER_EXAMPLE,
    response: { status: 201, schema: userWithLinkSchema },
    errors: [ConflictError],
    location: ({ id }) => `/api/v1/users/${id}`,
    handle: ({ body }) => users.create(body),
  }),
  endpoint({
    method: 'get',
    path: '/users/{id}',
    tag,
    summary: 'One user',
    access: 'admin',
    concealed: true,
    rate: 'read',
    request: { params: userParams },
    response: { status: 200, schema: userSchema },
    errors: [NotFoundError],
    handle: ({ params }) => users.get(params.id),
  }),
  endpoint({
    method: 'patch',
    path: '/users/{id}',
    tag,
    summary: 'Change, disable or enable a user',
    description:
      'A user who is disabled, or has another role, is signed out everywhere. Another e-mail address voids the links that ' +
      'were given out. The last active Admin stays one, and nobody disables themselves.',
    access: 'admin',
    concealed: true,
    rate: 'default',
    audit: 'user.updated',
    request: { params: userParams, body: userChangeSchema },
    example: { role: 'admin' },
    response: { status: 200, schema: userSchema },
    errors: [NotFoundError, ConflictError],
    handle: ({ params, body, caller }) => users.update(params.id, body, caller.userId),
  }),
  endpoint({
    method: 'delete',
    path: '/users/{id}',
    tag,
    summary: 'Delete a user',
    description: 'With their sessions and API tokens. The last active Admin stays, and nobody deletes themselves.',
    access: 'admin',
    concealed: true,
    rate: 'default',
    audit: 'user.deleted',
    request: { params: userParams },
    response: { status: 204 },
    errors: [NotFoundError, ConflictError],
    handle: ({ params, caller }) => users.delete(params.id, caller.userId),
  }),
  endpoint({
    method: 'post',
    path: '/users/{id}/password-reset',
    tag,
    summary: 'Make a link for a new password',
    description:
      'It works for an hour, or where the invitation was not accepted yet, for seven days; earlier ones no longer do. The ' +
      'user is signed out everywhere. The link is shown this once.',
    access: 'admin',
    concealed: true,
    rate: 'default',
    audit: 'user.password_reset_issued',
    request: { params: userParams },
    response: { status: 201, schema: accountLinkSchema },
    errors: [NotFoundError, ConflictError],
    handle: ({ params }) => users.issuePasswordReset(params.id),
  }),
];

/** Of its own, since another process may answer it than the rest. */
export const userValidationRoutes = (users: Pick<UserService, 'validate'>) => [
  endpoint({
    method: 'post',
    path: '/validate/user',
    tag,
    summary: 'Check what is to become a user',
    description:
      'By the same rules as an invitation, and of `password` by those for a password. Nothing is kept. The answer is 200 ' +
      'whether or not there are faults; their pointers lead into the body.',
    access: 'admin',
    concealed: true,
    rate: 'default',
    audit: 'none',
    request: { body: userValidationBody },
    example: { ...NEW_USER_EXAMPLE, password: 'correct horse battery staple' },
    response: { status: 200, schema: userValidationSchema },
    errors: [],
    handle: ({ body }) => users.validate(body),
  }),
];
