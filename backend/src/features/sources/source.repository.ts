import type { Database } from '../../database/client.js';
import { isUniqueViolation } from '../../database/errors.js';
import { ConflictError } from '../../errors.js';
import type { PageRequest } from '../../http/pagination.js';
import type { SourceKind } from './source.schema.js';

const columns = {
  id: true,
  kind: true,
  name: true,
  previousValidUntil: true,
  createdAt: true,
  updatedAt: true,
} as const;
const withSecrets = { ...columns, secretCurrent: true, secretPrevious: true } as const;

export type SourceRow = NonNullable<Awaited<ReturnType<SourceRepository['findById']>>>;

export class SourceRepository {
  constructor(private readonly database: Pick<Database, 'source'>) {}

  /** One more than asked for, newest first: the service tells from it whether a page follows. */
  list({ limit, cursor }: PageRequest) {
    const before = cursor && {
      OR: [{ createdAt: { lt: new Date(cursor.key) } }, { createdAt: new Date(cursor.key), id: { lt: cursor.id } }],
    };
    return this.database.source.findMany({
      where: { deletedAt: null, ...before },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      select: columns,
    });
  }

  findById(id: string) {
    return this.database.source.findFirst({ where: { id, deletedAt: null }, select: columns });
  }

  findByNameWithSecrets(name: string) {
    return this.database.source.findFirst({ where: { name, deletedAt: null }, select: withSecrets });
  }

  countByKind(kind: SourceKind): Promise<number> {
    return this.database.source.count({ where: { kind, deletedAt: null } });
  }

  async insert(source: {
    id: string;
    kind: SourceKind;
    name: string;
    secretCurrent?: Uint8Array<ArrayBuffer>;
  }): Promise<SourceRow> {
    try {
      return await this.database.source.create({ data: source, select: columns });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new ConflictError(`There is, or was, a source named ${source.name}.`, { cause: error });
    }
  }

  /** Makes the current secret the previous one. Answers null when the source is gone. */
  async rotate(
    id: string,
    secretCurrent: Uint8Array<ArrayBuffer>,
    previousValidUntil: Date,
  ): Promise<SourceRow | null> {
    const source = await this.database.source.findFirst({
      where: { id, deletedAt: null },
      select: { secretCurrent: true },
    });
    if (!source) return null;
    const data = { secretCurrent, secretPrevious: source.secretCurrent, previousValidUntil };
    return this.database.source.update({ where: { id }, data, select: columns });
  }

  /** Its events stay in the log, so the row stays too, without its secrets. Answers whether there was one. */
  async markDeleted(id: string, deletedAt: Date): Promise<boolean> {
    const data = { deletedAt, secretCurrent: null, secretPrevious: null };
    const { count } = await this.database.source.updateMany({ where: { id, deletedAt: null }, data });
    return count > 0;
  }
}
