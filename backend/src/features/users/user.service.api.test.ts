import { describe, expect, it } from '@jest/globals';
import { unique } from '../../../test/start-api.js';
import { startUserServices, tokenIn } from '../../../test/user-services.js';
import { ConflictError, InvalidInputError, NotFoundError } from '../../errors.js';
import type { Role } from '../../http/caller.js';
import { needsRehash, verifyPassword } from './password.js';
import type { UserService } from './user.service.js';

const PASSWORD = 'correct horse battery';
const SIMULTANEOUS = 50;
const { process, query, ended, now } = startUserServices();

async function makeActive(role: Role = 'viewer') {
  const email = `${unique('person')}@example.com`;
  const { link } = await process(0).users.create({ email, name: 'Grace Hopper', role });
  // Any hash will do where nobody signs in, and this one costs nothing.
  const { rows } = await query(`UPDATE users SET password_hash = 'any' WHERE email = $1 RETURNING id`, [email]);
  return { id: rows[0].id as string, email, link };
}

describe('SEC40 the last active Admin', () => {
  const activeAdmins = async () => {
    const { items } = await process(0).users.list({ limit: 100, role: 'admin', status: 'active' });
    return items.length;
  };
  const ways: [string, (users: UserService, id: string) => Promise<unknown>][] = [
    ['deleted', (users, id) => users.delete(id)],
    ['demoted', (users, id) => users.update(id, { role: 'maintainer' })],
    ['disabled', (users, id) => users.update(id, { disabled: true })],
  ];

  it.each(ways)('cannot be %s', async (_, remove) => {
    const admin = await makeActive('admin');
    await makeActive('viewer');
    await process(0).users.create({ email: 'invited@example.com', name: 'Invited', role: 'admin' });
    const { id: disabled } = await makeActive('admin');
    await process(0).users.update(disabled, { disabled: true });
    ended.length = 0;

    await expect(remove(process(0).users, admin.id)).rejects.toThrow(
      new ConflictError(`${admin.email} is the last active Admin: make another one first.`),
    );

    expect(await activeAdmins()).toBe(1);
    expect(ended).toEqual([]);
    await process(0).users.update(admin.id, { name: 'New', role: 'admin', disabled: false });
    await process(0).users.delete(disabled);
  });

  it(`stays when ${SIMULTANEOUS} are to go at once, in every way, through several processes`, async () => {
    const admins = [];
    for (let number = 0; number < SIMULTANEOUS; number++) admins.push(await makeActive('admin'));

    const results = await Promise.allSettled(
      admins.map(({ id }, number) => ways[number % ways.length]?.[1](process(number).users, id)),
    );

    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason.constructor)).toEqual([ConflictError]);
    expect(await activeAdmins()).toBe(1);
  });

  it(`stays when two are each to go ${SIMULTANEOUS} times at once`, async () => {
    const admins = [await makeActive('admin'), await makeActive('admin')];

    await Promise.allSettled(
      Array.from({ length: SIMULTANEOUS }, (_, number) =>
        process(number).users.update(admins[number % 2]?.id ?? '', { role: 'viewer' }),
      ),
    );

    expect(await activeAdmins()).toBe(1);
  });
});

describe('nobody', () => {
  it('disables or deletes themselves', async () => {
    const { id } = await makeActive('admin');
    await makeActive('admin');
    const { users } = process(0);

    await expect(users.update(id, { disabled: true }, id)).rejects.toThrow('You cannot disable yourself.');
    await expect(users.delete(id, id)).rejects.toThrow('You cannot delete yourself.');
    await users.update(id, { role: 'viewer', disabled: false }, id);
  });
});

describe('the sessions of a user', () => {
  it('end when what they may do, or how they sign in, is another', async () => {
    const { users, accounts } = process(0);
    const { id } = await makeActive();
    const endedBy = async (work: Promise<unknown>) => {
      ended.length = 0;
      await work;
      return [...ended];
    };

    expect(await endedBy(users.update(id, { role: 'maintainer' }))).toEqual([id]);
    expect(await endedBy(users.update(id, { disabled: true }))).toEqual([id]);
    expect(await endedBy(users.update(id, { disabled: false }))).toEqual([]);
    expect(await endedBy(users.update(id, { name: 'New', role: 'maintainer' }))).toEqual([]);
    const link = await users.issuePasswordReset(id);
    expect(ended).toEqual([id]);
    expect(await endedBy(accounts.activate({ token: tokenIn(link), password: PASSWORD }))).toEqual([id]);
    expect(await endedBy(users.delete(id))).toEqual([id]);
  });
});

describe('a link for a new password', () => {
  it('voids every other link once it was used', async () => {
    const { id, link } = await makeActive();
    const { users, accounts } = process(0);
    const reset = await users.issuePasswordReset(id);

    await accounts.activate({ token: tokenIn(reset), password: PASSWORD });

    await expect(accounts.describeLink(tokenIn(link))).rejects.toThrow(NotFoundError);
  });
});

describe('the sign-in', () => {
  it('finds a user by the address as it is typed', async () => {
    const { id, email } = await makeActive('maintainer');
    const { users } = process(0);

    const found = { id, email, name: 'Grace Hopper', role: 'maintainer', passwordHash: 'any', disabled: false };
    expect(await users.findForSignIn(` ${email.toUpperCase()} `)).toEqual(found);
    await users.update(id, { disabled: true });
    expect(await users.findForSignIn(email)).toEqual({ ...found, disabled: true });
    for (const nobody of ['', 'nobody@example.com', '\0', '%', `${email}\0`, 'x'.repeat(10_000)]) {
      expect(await users.findForSignIn(nobody)).toBeNull();
    }
  });

  it('SEC9 is recorded with a new hash, unless the password was changed meanwhile', async () => {
    const { id, email } = await makeActive();
    const { users } = process(0);
    const before = await users.get(id);
    expect(before).not.toHaveProperty('passwordHash');

    await users.recordSignIn(id);
    expect(await users.get(id)).toEqual({ ...before, lastSignInAt: now });
    await users.recordSignIn(id, { from: 'any', to: 'newer' });
    await users.recordSignIn(id, { from: 'any', to: 'stale' });

    expect((await users.findForSignIn(email))?.passwordHash).toBe('newer');
  });
});

describe('a new password', () => {
  it('replaces the old one', async () => {
    const { id, email } = await makeActive();
    const { users } = process(0);

    await users.changePassword(id, PASSWORD);

    const phc = (await users.findForSignIn(email))?.passwordHash ?? null;
    expect(await verifyPassword(phc, PASSWORD)).toBe(true);
    expect(needsRehash(String(phc))).toBe(false);
    expect(ended).toEqual([]);
  });

  it('SEC38 is refused where it would be guessed', async () => {
    const { id, email } = await makeActive();
    const { users } = process(0);

    for (const weak of ['short', 'password1', email, 'Grace Hopper']) {
      const error = await users.changePassword(id, weak).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as InvalidInputError).faults).toMatchObject([{ pointer: '#/body/newPassword' }]);
    }
    await expect(users.changePassword(crypto.randomUUID(), PASSWORD)).rejects.toThrow(NotFoundError);
  });
});
