import type { Database } from '../../database/client.js';
import type { LinkPurpose } from './account-link.schema.js';

type SecretHash = Uint8Array<ArrayBuffer>;

const columns = {
  purpose: true,
  expiresAt: true,
  user: { select: { id: true, email: true, name: true, disabledAt: true } },
} as const;

export type AccountLinkRow = NonNullable<Awaited<ReturnType<AccountLinkRepository['find']>>>;

export class AccountLinkRepository {
  constructor(private readonly database: Pick<Database, 'accountLink'>) {}

  /** Links that have not expired. */
  find(secretHash: SecretHash, now: Date) {
    return this.database.accountLink.findFirst({ where: { secretHash, expiresAt: { gt: now } }, select: columns });
  }

  /** In place of the user's others of that purpose, and of all that have expired. */
  async replace(link: {
    secretHash: SecretHash;
    purpose: LinkPurpose;
    userId: string | null;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<void> {
    const { purpose, userId, createdAt } = link;
    // Processes that start together each print a link for the set-up: all of them work, until the first is used.
    const earlier = userId === null ? [] : [{ purpose, userId }];
    await this.database.accountLink.deleteMany({ where: { OR: [{ expiresAt: { lte: createdAt } }, ...earlier] } });
    await this.database.accountLink.create({ data: link, select: { purpose: true } });
  }

  /** Answers whether it was there: of those who use a link at once, one is told so. */
  async consume(secretHash: SecretHash, now: Date): Promise<boolean> {
    const { count } = await this.database.accountLink.deleteMany({ where: { secretHash, expiresAt: { gt: now } } });
    return count > 0;
  }

  async deleteOfUser(userId: string): Promise<void> {
    await this.database.accountLink.deleteMany({ where: { userId } });
  }

  async deleteSetups(): Promise<void> {
    await this.database.accountLink.deleteMany({ where: { purpose: 'setup' } });
  }
}
