import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../../config.js';
import { secretHash } from '../../database/secret-hash.js';
import { InvalidInputError, NotFoundError } from '../../errors.js';
import { issueLink } from './account-link.js';
import type { AccountLinkRepository, AccountLinkRow } from './account-link.repository.js';
import type { AccountLink } from './account-link.schema.js';
import type { Activation, Setup } from './account.schema.js';
import { passwordFault } from './password-policy.js';
import { hashPassword } from './password.js';
import type { UserTransact } from './transactions.js';
import type { UserRepository, UserRow } from './user.repository.js';
import { emailField } from './user.schema.js';
import type { Access } from './user.service.js';

/** How there came to be an Admin. What holds a password or a link is to be shown once, and is not kept. */
export type FirstAdmin =
  | { kind: 'there are users' }
  | { kind: 'configured'; email: string }
  | { kind: 'generated'; email: string; password: string }
  | { kind: 'setup link'; link: AccountLink };

type FirstAdminSettings = Pick<Config, 'environment'> & Pick<Config['identity'], 'firstAdmin'>;

const DEVELOPMENT_ADMIN = 'admin@example.com';
const FIRST_ADMIN_NAME = 'Administrator';

/** The ways to a first password: set-up, invitation, reset. */
export class AccountService {
  constructor(
    private readonly users: Pick<UserRepository, 'isEmpty'>,
    private readonly links: Pick<AccountLinkRepository, 'find'>,
    private readonly transact: UserTransact,
    private readonly access: Access,
    private readonly publicUrl: string,
    private readonly now: () => Date,
  ) {}

  /** Throws `NotFoundError` for a link that is unknown, used, replaced or expired, in the same words. */
  async describeLink(token: string) {
    const { purpose, user, expiresAt } = await this.find(token);
    return { purpose, email: user?.email ?? null, expiresAt };
  }

  /** Makes the first Admin. */
  async setUp({ token, email, name, password }: Setup): Promise<UserRow> {
    if ((await this.find(token)).purpose !== 'setup') throw noSuchLink();
    refuseWeak(password, { email, name });
    const passwordHash = await hashPassword(password);
    return this.transact(async ({ users, links }) => {
      const now = this.now();
      const open = (await links.consume(secretHash(token), now)) && (await users.isEmpty());
      if (!open) throw noSuchLink();
      await links.deleteSetups();
      return users.insert({ id: uuidv7(), email, name, role: 'admin', passwordHash, passwordChangedAt: now });
    });
  }

  /** Sets the password of whoever was invited, or forgot theirs, and ends the sessions they had. */
  async activate({ token, password }: Activation): Promise<UserRow> {
    const { user } = await this.find(token);
    if (!user) throw noSuchLink();
    refuseWeak(password, user);
    const passwordHash = await hashPassword(password);
    const activated = await this.transact(async ({ users, links }) => {
      const now = this.now();
      const consumed = await links.consume(secretHash(token), now);
      const activated = consumed ? await users.setPassword(user.id, passwordHash, now) : null;
      if (!activated) throw noSuchLink();
      await links.deleteOfUser(user.id);
      return activated;
    });
    await this.access.endSessions(user.id);
    return activated;
  }

  /**
   * Where there are no users, makes the Admin that was configured, else a link to set Pitwall up (production) or an Admin
   * with a random password. Of processes that start together, one makes an Admin. Throws when what was configured is
   * refused, without showing it.
   */
  async ensureFirstAdmin({ firstAdmin, environment }: FirstAdminSettings): Promise<FirstAdmin> {
    if (!(await this.users.isEmpty())) return { kind: 'there are users' };
    const { email, password } = firstAdmin;
    if (email !== undefined && password !== undefined) {
      const made = await this.makeFirstAdmin(configured(email, password));
      return made ? { kind: 'configured', email: made.email } : { kind: 'there are users' };
    }
    if (environment === 'production') return this.issueSetupLink();
    const generated = { email: DEVELOPMENT_ADMIN, password: generatePassword() };
    return (await this.makeFirstAdmin(generated)) ? { kind: 'generated', ...generated } : { kind: 'there are users' };
  }

  /** Answers null when there is somebody by now. */
  private async makeFirstAdmin({ email, password }: { email: string; password: string }): Promise<UserRow | null> {
    const passwordHash = await hashPassword(password);
    return this.transact(async ({ users, links }) => {
      if (!(await users.isEmpty())) return null;
      await links.deleteSetups();
      const admin = { id: uuidv7(), email, name: FIRST_ADMIN_NAME, role: 'admin' as const };
      return users.insert({ ...admin, passwordHash, passwordChangedAt: this.now() });
    });
  }

  private issueSetupLink(): Promise<FirstAdmin> {
    return this.transact(async ({ users, links }) => {
      if (!(await users.isEmpty())) return { kind: 'there are users' };
      const request = { purpose: 'setup', userId: null, publicUrl: this.publicUrl, now: this.now() } as const;
      return { kind: 'setup link', link: await issueLink(links, request) };
    });
  }

  private async find(token: string): Promise<AccountLinkRow> {
    const link = await this.links.find(secretHash(token), this.now());
    if (!link || link.user?.disabledAt) throw noSuchLink();
    if (link.purpose === 'setup' && !(await this.users.isEmpty())) throw noSuchLink();
    return link;
  }
}

const noSuchLink = () => new NotFoundError('There is no such link: it was used or replaced, or it has expired.');

function refuseWeak(password: string, person: { email: string; name: string }): void {
  const fault = passwordFault(password, person);
  if (fault !== undefined) throw new InvalidInputError([{ pointer: '#/body/password', detail: fault }]);
}

function configured(email: string, password: string) {
  const address = emailField.safeParse(email);
  if (!address.success) throw new Error('PITWALL_ADMIN_EMAIL: is not an e-mail address');
  const fault = passwordFault(password, { email: address.data, name: FIRST_ADMIN_NAME });
  if (fault !== undefined) throw new Error(`PITWALL_ADMIN_PASSWORD: ${fault}`);
  return { email: address.data, password };
}

/** Crockford's base 32: none of its characters is taken for another. https://www.crockford.com/base32.html */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUPS = 7;
const GROUP_CHARACTERS = 4;

/** 140 random bits, to be typed. */
function generatePassword(): string {
  const group = () => Array.from(randomBytes(GROUP_CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
