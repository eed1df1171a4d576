import type { Database } from '../../database/client.js';
import { isUniqueViolation } from '../../database/errors.js';
import { ConflictError } from '../../errors.js';
import type { Role } from '../../http/caller.js';
import type { UserQuery, UserStatus } from './user.schema.js';

const columns = {
  id: true,
  email: true,
  name: true,
  role: true,
  passwordHash: true,
  disabledAt: true,
  lastSignInAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

interface Row {
  id: string;
  email: string;
  name: string;
  role: Role;
  passwordHash: string | null;
  disabledAt: Date | null;
  lastSignInAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A user without the hash of the password. */
export type UserRow = ReturnType<typeof toUser>;

/** The new value of each column that is to change. */
export interface UserUpdate {
  email?: string | undefined;
  name?: string | undefined;
  role?: Role | undefined;
  disabledAt?: Date | null | undefined;
}

const OF_STATUS = {
  active: { disabledAt: null, passwordHash: { not: null } },
  invited: { disabledAt: null, passwordHash: null },
  disabled: { disabledAt: { not: null } },
} as const;

export class UserRepository {
  constructor(private readonly database: Pick<Database, 'user' | '$executeRaw'>) {}

  /** One more than asked for, newest first: the service tells from it whether a page follows. */
  async list({ limit, cursor, q, role, status }: UserQuery): Promise<UserRow[]> {
    const before = cursor && {
      OR: [{ createdAt: { lt: new Date(cursor.key) } }, { createdAt: new Date(cursor.key), id: { lt: cursor.id } }],
    };
    const found = q === undefined ? undefined : { contains: literal(q), mode: 'insensitive' as const };
    const rows = await this.database.user.findMany({
      where: {
        AND: [
          before ?? {},
          found ? { OR: [{ email: found }, { name: found }] } : {},
          status ? OF_STATUS[status] : {},
          role ? { role } : {},
        ],
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      select: columns,
    });
    return rows.map(toUser);
  }

  async findById(id: string): Promise<UserRow | null> {
    const row = await this.database.user.findUnique({ where: { id }, select: columns });
    return row && toUser(row);
  }

  async findByEmail(email: string): Promise<UserRow | null> {
    const row = await this.database.user.findUnique({ where: { email }, select: columns });
    return row && toUser(row);
  }

  /** For the check of a password alone: the only one that hands out its hash. */
  findByEmailWithPasswordHash(email: string) {
    const select = { id: true, email: true, name: true, role: true, passwordHash: true, disabledAt: true } as const;
    return this.database.user.findUnique({ where: { email }, select });
  }

  async isEmpty(): Promise<boolean> {
    return (await this.database.user.findFirst({ select: { id: true } })) === null;
  }

  /** Of those who can sign in as Admins, how many there are besides one. */
  countOtherActiveAdmins(id: string): Promise<number> {
    return this.database.user.count({ where: { id: { not: id }, role: 'admin', ...OF_STATUS.active } });
  }

  async insert(user: {
    id: string;
    email: string;
    name: string;
    role: Role;
    passwordHash?: string;
    passwordChangedAt?: Date;
  }): Promise<UserRow> {
    return toUser(await refusingTaken(user.email, this.database.user.create({ data: user, select: columns })));
  }

  /** Answers null when there is no such user. */
  async update(id: string, { email, name, role, disabledAt }: UserUpdate): Promise<UserRow | null> {
    const data = {
      ...(email !== undefined && { email }),
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role }),
      ...(disabledAt !== undefined && { disabledAt }),
    };
    const update = this.database.user.updateManyAndReturn({ where: { id }, data, select: columns });
    const [row] = await refusingTaken(email ?? '', update);
    return row ? toUser(row) : null;
  }

  /** Answers null when there is no such user, or it is disabled. */
  async setPassword(id: string, passwordHash: string, passwordChangedAt: Date): Promise<UserRow | null> {
    const [row] = await this.database.user.updateManyAndReturn({
      where: { id, disabledAt: null },
      data: { passwordHash, passwordChangedAt },
      select: columns,
    });
    return row ? toUser(row) : null;
  }

  /** A hash that is made anew replaces the one it was made from, and no other that was set meanwhile. */
  async recordSignIn(id: string, at: Date, rehashed?: { from: string; to: string }): Promise<void> {
    await this.database.$executeRaw`UPDATE users SET last_sign_in_at = ${at} WHERE id = ${id}::uuid`;
    if (!rehashed) return;
    const { from, to } = rehashed;
    await this.database.$executeRaw`
      UPDATE users SET password_hash = ${to} WHERE id = ${id}::uuid AND password_hash = ${from}`;
  }

  /** With their sessions, tokens and links. Answers whether there was one. */
  async delete(id: string): Promise<boolean> {
    return (await this.database.user.deleteMany({ where: { id } })).count > 0;
  }
}

const statusOf = ({ disabledAt, passwordHash }: Row): UserStatus =>
  disabledAt ? 'disabled' : passwordHash === null ? 'invited' : 'active';

function toUser(row: Row) {
  const { id, email, name, role, lastSignInAt, createdAt, updatedAt } = row;
  return { id, email, name, role, status: statusOf(row), lastSignInAt, createdAt, updatedAt };
}

/** Prisma writes it into the pattern of an ILIKE as it is. */
const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&');

async function refusingTaken<T>(email: string, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictError(`There is already a user with the e-mail address ${email}.`, { cause: error });
  }
}
