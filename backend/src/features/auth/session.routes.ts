import { ForbiddenError, NotFoundError, TooManyRequestsError, UnauthenticatedError } from '../../errors.js';
import type { Caller } from '../../http/caller.js';
import { endpoint, type RequestFacts } from '../../http/endpoint.js';
import type { SessionCookie } from './session-cookie.js';
import {
  credentialsSchema,
  issuedTokensSchema,
  meSchema,
  passwordChangeSchema,
  refreshSchema,
  sessionParams,
  sessionsSchema,
  signInSchema,
} from './session.schema.js';
import type { SessionService } from './session.service.js';
import type { SignInService } from './sign-in.service.js';

const tag = 'Signing in';

/** Room for a password of a thousand characters, each of them escaped. */
const MAX_BODY_BYTES = 32 * 1024;

const originOf = ({ id, remote, headers }: RequestFacts) => ({
  requestId: id,
  remote,
  userAgent: headers['user-agent'],
});

const userOf = ({ userId: id, email, name, role }: Caller) => ({ id, email, name, role });

export const sessionRoutes = (signIns: SignInService, sessions: SessionService, cookie: SessionCookie) => [
  endpoint({
    method: 'post',
    path: '/auth/login',
    tag,
    summary: 'Sign in',
    access: 'public',
    // What bounds the attempts are their own limits, by account and address, where the password is checked. Those that
    // are refused there cost a row of the audit log each, and this bounds them.
    rate: 'default',
    // It tells more than the kernel knows: whose session it is.
    audit: 'none',
    maxBodyBytes: MAX_BODY_BYTES,
    request: { body: credentialsSchema },
    example: { email: 'admin@example.com', password: 'the password', kind: 'token' },
    response: { status: 200, schema: signInSchema },
    errors: [UnauthenticatedError, TooManyRequestsError],
    handle: async ({ body, request }) => {
      const signedIn = await signIns.signIn(body, originOf(request));
      if (body.kind === 'token') return signIns.tokensOf(signedIn);
      const before = cookie.read(request.headers.cookie ?? '');
      if (before) await sessions.endOfCookie(before);
      request.addHeader('Set-Cookie', cookie.issue(signedIn.session.secret, signedIn.session.expiresAt));
      return { user: signedIn.user };
    },
  }),
  endpoint({
    method: 'post',
    path: '/auth/refresh',
    tag,
    summary: 'Exchange a refresh token',
    description: 'The old one is spent. Sent again, it was stolen by somebody: the session ends.',
    access: 'public',
    // Not to be guessed, and clients behind one address renew in peace.
    rate: 'default',
    audit: 'none',
    request: { body: refreshSchema },
    example: { refreshToken: 'pwr_...' },
    response: { status: 200, schema: issuedTokensSchema },
    errors: [UnauthenticatedError, TooManyRequestsError],
    handle: async ({ body, request }) => signIns.tokensOf(await signIns.refresh(body.refreshToken, originOf(request))),
  }),
  endpoint({
    method: 'post',
    path: '/auth/logout',
    tag,
    summary: 'End this session',
    access: 'person',
    rate: 'default',
    audit: 'session.ended',
    auditTarget: ({ credentialId }) => credentialId,
    request: {},
    response: { status: 204 },
    errors: [],
    handle: async ({ caller, request }) => {
      if (caller.kind === 'session') request.addHeader('Set-Cookie', cookie.clear());
      await sessions.close(caller);
    },
  }),
  endpoint({
    method: 'get',
    path: '/auth/me',
    tag,
    summary: 'Who I am',
    access: 'viewer',
    rate: 'read',
    request: {},
    response: { status: 200, schema: meSchema },
    errors: [],
    handle: async ({ caller }) => ({
      user: userOf(caller),
      credential: { kind: caller.kind, id: caller.credentialId, scopes: caller.scopes ?? null },
    }),
  }),
  endpoint({
    method: 'put',
    path: '/auth/password',
    tag,
    summary: 'Change my password',
    description: 'Every other session of mine ends.',
    access: 'person',
    rate: 'default',
    audit: 'password.changed',
    request: { body: passwordChangeSchema },
    example: { currentPassword: 'the old password', newPassword: 'correct horse battery staple' },
    response: { status: 204 },
    errors: [ForbiddenError, TooManyRequestsError],
    handle: ({ caller, body, request }) => signIns.changePassword(caller, body, originOf(request)),
  }),
  endpoint({
    method: 'get',
    path: '/auth/sessions',
    tag,
    summary: 'Where I am signed in',
    access: 'person',
    rate: 'read',
    request: {},
    response: { status: 200, schema: sessionsSchema },
    errors: [],
    handle: async ({ caller }) => ({ items: await sessions.list(caller) }),
  }),
  endpoint({
    method: 'delete',
    path: '/auth/sessions',
    tag,
    summary: 'End all my other sessions',
    access: 'person',
    rate: 'default',
    audit: 'session.others_ended',
    request: {},
    response: { status: 204 },
    errors: [],
    handle: ({ caller }) => sessions.endAll(caller.userId, caller.credentialId),
  }),
  endpoint({
    method: 'delete',
    path: '/auth/sessions/{id}',
    tag,
    summary: 'End one of my sessions',
    access: 'person',
    rate: 'default',
    audit: 'session.ended',
    request: { params: sessionParams },
    response: { status: 204 },
    errors: [NotFoundError],
    handle: ({ caller, params }) => sessions.end(caller.userId, params.id),
  }),
];
