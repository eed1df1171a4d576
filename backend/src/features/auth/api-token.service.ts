import { v7 as uuidv7 } from 'uuid';
import { ForbiddenError, NotFoundError, UnauthenticatedError } from '../../errors.js';
import { rightsOf, type Caller } from '../../http/caller.js';
import { pageOfRows, type PageRequest } from '../../http/pagination.js';
import type { ApiTokenRepository, ListedApiToken } from './api-token.repository.js';
import type { NewApiToken } from './api-token.schema.js';
import type { IdentityChanges } from './identity-changes.js';
import { secretHash } from '../../database/secret-hash.js';
import { isSecretToken, newSecretToken } from './secret-token.js';

const DAY_MS = 24 * 3600 * 1000;
const TOUCH_EVERY_MS = 60_000;

/** What machines call with. A token can do what its scopes say, and never more than its owner at that moment. */
export class ApiTokenService {
  constructor(
    private readonly tokens: Pick<ApiTokenRepository, 'list' | 'insert' | 'findBySecret' | 'touch' | 'revoke'>,
    private readonly changes: Pick<IdentityChanges, 'announce'>,
    private readonly now: () => Date,
  ) {}

  async list(caller: Caller, { everyone, ...page }: PageRequest & { everyone: boolean }) {
    if (everyone && caller.role !== 'admin') throw new ForbiddenError("Only Admins see everyone's tokens.");
    const rows = await this.tokens.list(everyone ? undefined : caller.userId, page);
    return pageOfRows(rows, page.limit, view);
  }

  async create(caller: Caller, token: NewApiToken) {
    const useless = token.scopes.find((scope) => rightsOf(caller.role, [scope]).size < rightsOf('admin', [scope]).size);
    if (useless) throw new ForbiddenError(`A ${caller.role} cannot give a token the scope ${useless}.`);
    return this.createFor(caller.userId, token);
  }

  async createFor(userId: string, { name, scopes, expiresInDays }: NewApiToken) {
    const token = newSecretToken('pw_');
    const createdAt = this.now();
    const expiresAt = new Date(createdAt.getTime() + expiresInDays * DAY_MS);
    const row = { id: uuidv7(), userId, name, scopes, createdAt, expiresAt };
    return { ...view(await this.tokens.insert({ ...row, secretHash: secretHash(token) })), token };
  }

  /** One's own; an Admin anyone's. */
  async revoke(caller: Caller, id: string): Promise<void> {
    const owner = caller.role === 'admin' ? undefined : caller.userId;
    if (!(await this.tokens.revoke(id, owner, this.now()))) throw new NotFoundError(`There is no token ${id}.`);
    await this.changes.announce();
  }

  /** Whose token this is. To ask is to use it, unless it is said not to be. */
  async callerOf(token: string, touch = true): Promise<Caller> {
    const found = isSecretToken('pw_', token) ? await this.tokens.findBySecret(secretHash(token)) : undefined;
    if (!found) throw new UnauthenticatedError('The API token is not known.');
    const { id, tokenName, scopes, expiresAt, lastUsedAt, revoked, userId, email, name, role, disabled } = found;
    const now = this.now();
    if (revoked) throw new UnauthenticatedError('The API token was revoked.');
    if (expiresAt <= now) throw new UnauthenticatedError('The API token has expired.');
    if (disabled) throw new UnauthenticatedError('The API token is of a user who is disabled.');
    const usedLongAgo = !lastUsedAt || now.getTime() - lastUsedAt.getTime() > TOUCH_EVERY_MS;
    if (touch && usedLongAgo) await this.tokens.touch(id, now);
    return {
      kind: 'api token',
      credentialId: id,
      userId,
      email,
      name,
      role,
      scopes,
      tokenName,
      rights: rightsOf(role, scopes),
    };
  }
}

const view = ({ user, ...token }: ListedApiToken) => ({ ...token, owner: user });
