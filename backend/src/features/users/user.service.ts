import { v7 as uuidv7 } from 'uuid';
import { ConflictError, InvalidInputError, NotFoundError } from '../../errors.js';
import type { Role } from '../../http/caller.js';
import { pageOfRows } from '../../http/pagination.js';
import { faultsOf, MAX_FAULTS } from '../../http/request-parser.js';
import { issueLink } from './account-link.js';
import type { AccountLink } from './account-link.schema.js';
import { passwordFault } from './password-policy.js';
import { hashPassword } from './password.js';
import type { UserRepositories, UserTransact } from './transactions.js';
import type { UserRepository, UserRow } from './user.repository.js';
import {
  emailField,
  nameField,
  userDraftSchema,
  type NewUser,
  type UserChange,
  type UserQuery,
  type UserValidation,
} from './user.schema.js';

/** A user as the sign-in sees them. */
export interface SigningIn {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** In PHC format; null until the invitation is accepted. */
  passwordHash: string | null;
  disabled: boolean;
}

/** What lets people in. */
export interface Access {
  /** Those of browsers and of API clients. */
  endSessions(userId: string): Promise<void>;
}

export class UserService {
  constructor(
    private readonly users: Pick<
      UserRepository,
      'list' | 'findById' | 'findByEmail' | 'findByEmailWithPasswordHash' | 'recordSignIn'
    >,
    private readonly transact: UserTransact,
    private readonly access: Access,
    private readonly publicUrl: string,
    private readonly now: () => Date,
  ) {}

  async list(query: UserQuery) {
    return pageOfRows(await this.users.list(query), query.limit, (user) => user);
  }

  /** Throws `NotFoundError`. */
  async get(id: string): Promise<UserRow> {
    const user = await this.users.findById(id);
    if (!user) throw notThere(id);
    return user;
  }

  /** Invites somebody. The link is for the caller to pass on: it is not kept. */
  create({ email, name, role }: NewUser): Promise<UserRow & { link: AccountLink }> {
    return this.transact(async ({ users, links }) => {
      const user = await users.insert({ id: uuidv7(), email, name, role });
      return { ...user, link: await this.issue(links, 'invitation', user.id) };
    });
  }

  /** What would be refused in somebody who is to be invited, and in the password they would choose. */
  async validate(draft: Record<string, unknown>): Promise<UserValidation> {
    const faults = userDraftSchema.safeParse(draft).error?.issues.flatMap((issue) => faultsOf(issue)) ?? [];
    const email = emailField.safeParse(draft.email).data;
    const name = nameField.safeParse(draft.name).data;
    if (email !== undefined && (await this.users.findByEmail(email))) {
      faults.push({ pointer: '#/email', detail: `is the e-mail address of another user` });
    }
    const person = { ...(email !== undefined && { email }), ...(name !== undefined && { name }) };
    const fault = typeof draft.password === 'string' ? passwordFault(draft.password, person) : undefined;
    if (fault !== undefined) faults.push({ pointer: '#/password', detail: fault });
    return { valid: faults.length === 0, faults: faults.slice(0, MAX_FAULTS) };
  }

  async update(id: string, change: UserChange, callerId?: string): Promise<UserRow> {
    const { email, name, role, disabled } = change;
    if (disabled && id === callerId) throw new ConflictError('You cannot disable yourself.');
    const { before, after } = await this.transact(async ({ users, links }) => {
      const before = await users.findById(id);
      if (!before) throw notThere(id);
      const demoted = role !== undefined && role !== 'admin';
      if (demoted || disabled) await refuseLastAdmin(users, before);
      const disabledAt = disabled === undefined ? undefined : disabled ? this.now() : null;
      const after = await users.update(id, { email, name, role, disabledAt });
      if (!after) throw notThere(id);
      // A link may have gone to the address that was wrong.
      if (disabled || before.email !== after.email) await links.deleteOfUser(id);
      return { before, after };
    });
    if (disabled || before.role !== after.role) await this.access.endSessions(id);
    return after;
  }

  async delete(id: string, callerId?: string): Promise<void> {
    if (id === callerId) throw new ConflictError('You cannot delete yourself.');
    await this.transact(async ({ users }) => {
      const user = await users.findById(id);
      if (!user) throw notThere(id);
      await refuseLastAdmin(users, user);
      await users.delete(id);
    });
    await this.access.endSessions(id);
  }

  /** For somebody who forgot their password, or whose invitation expired. The old password works until it is used. */
  async issuePasswordReset(id: string): Promise<AccountLink> {
    const link = await this.transact(async ({ users, links }) => {
      const user = await users.findById(id);
      if (!user) throw notThere(id);
      if (user.status === 'disabled') throw new ConflictError(`${user.email} is disabled.`);
      return this.issue(links, user.status === 'invited' ? 'invitation' : 'password_reset', id);
    });
    await this.access.endSessions(id);
    return link;
  }

  /** The address as people type it. Null when nobody has it. */
  async findForSignIn(given: string): Promise<SigningIn | null> {
    const email = emailField.safeParse(given);
    const user = email.success ? await this.users.findByEmailWithPasswordHash(email.data) : null;
    if (!user) return null;
    const { disabledAt, ...rest } = user;
    return { ...rest, disabled: disabledAt !== null };
  }

  /** `rehashed` is the hash that was verified, and another of the same password to keep from now on. */
  recordSignIn(id: string, rehashed?: { from: string; to: string }): Promise<void> {
    return this.users.recordSignIn(id, this.now(), rehashed);
  }

  /** Throws `InvalidInputError` at `#/body/newPassword`. Leaves the sessions as they are. */
  async changePassword(id: string, newPassword: string): Promise<void> {
    const fault = passwordFault(newPassword, await this.get(id));
    if (fault !== undefined) throw new InvalidInputError([{ pointer: '#/body/newPassword', detail: fault }]);
    const passwordHash = await hashPassword(newPassword);
    await this.transact(async ({ users, links }) => {
      if (!(await users.setPassword(id, passwordHash, this.now()))) throw notThere(id);
      await links.deleteOfUser(id);
    });
  }

  private issue(links: UserRepositories['links'], purpose: 'invitation' | 'password_reset', userId: string) {
    return issueLink(links, { purpose, userId, publicUrl: this.publicUrl, now: this.now() });
  }
}

const notThere = (id: string) => new NotFoundError(`There is no user ${id}.`);

/** Whoever is invited or disabled counts for nothing: they could not let anybody in. */
async function refuseLastAdmin(users: Pick<UserRepository, 'countOtherActiveAdmins'>, user: UserRow): Promise<void> {
  if (user.role !== 'admin' || user.status !== 'active') return;
  if ((await users.countOtherActiveAdmins(user.id)) > 0) return;
  throw new ConflictError(`${user.email} is the last active Admin: make another one first.`);
}
