import { NotFoundError, UnavailableError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { activationSchema, linkDescriptionSchema, linkTokenSchema, setupSchema } from './account.schema.js';
import type { AccountService } from './account.service.js';
import { userSchema } from './user.schema.js';

const tag = 'Accounts';
/** Room for a thousand characters, each of them escaped. */
const MAX_BODY_BYTES = 32 * 1024;
const EXAMPLE_TOKEN = 'what stands after the # of the link';
const EXAMPLE_PASSWORD = 'correct horse battery staple';

/** For those who cannot sign in yet: what they hold is a link. */
export const accountRoutes = (accounts: AccountService) => [
  endpoint({
    method: 'post',
    path: '/auth/link',
    tag,
    summary: 'What a link is for',
    description: 'A link that is unknown, used, replaced or expired is not found.',
    access: 'public',
    rate: 'auth',
    audit: 'none',
    request: { body: linkTokenSchema },
    example: { token: EXAMPLE_TOKEN },
    maxBodyBytes: MAX_BODY_BYTES,
    response: { status: 200, schema: linkDescriptionSchema },
    errors: [NotFoundError],
    handle: ({ body }) => accounts.describeLink(body.token),
  }),
  endpoint({
    method: 'post',
    path: '/auth/setup',
    tag,
    summary: 'Make the first Admin',
    description: 'With the link that was printed at the start, while there are no users.',
    access: 'public',
    rate: 'auth',
    audit: 'account.set_up',
    request: { body: setupSchema },
    example: { token: EXAMPLE_TOKEN, email: 'ada@example.com', name: 'Ada Lovelace', password: EXAMPLE_PASSWORD },
    maxBodyBytes: MAX_BODY_BYTES,
    response: { status: 201, schema: userSchema },
    errors: [NotFoundError, UnavailableError],
    handle: ({ body }) => accounts.setUp(body),
  }),
  endpoint({
    method: 'post',
    path: '/auth/activate',
    tag,
    summary: 'Choose a password with a link',
    description:
      'Accepts an invitation, or replaces a forgotten password. The link works once; who was signed in is signed out.',
    access: 'public',
    rate: 'auth',
    audit: 'account.activated',
    request: { body: activationSchema },
    example: { token: EXAMPLE_TOKEN, password: EXAMPLE_PASSWORD },
    maxBodyBytes: MAX_BODY_BYTES,
    response: { status: 200, schema: userSchema },
    errors: [NotFoundError, UnavailableError],
    handle: ({ body }) => accounts.activate(body),
  }),
];
