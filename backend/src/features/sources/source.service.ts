import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { ConflictError, InvalidInputError, NotFoundError } from '../../errors.js';
import { pageOfRows, type PageRequest } from '../../http/pagination.js';
import type { SecretBox } from './secret-box.js';
import type { SourceRepository, SourceRow } from './source.repository.js';
import type { NewSource, SecretRotation, SourceKind } from './source.schema.js';

/** A source as those see it who take its deliveries. */
export interface ConnectedSource {
  id: string;
  kind: SourceKind;
  name: string;
  /** The keys that a signature may be made with: the current one, and during a rotation the one before. */
  keys: KeyObject[];
}

/** How long another process's change of a source may go unseen here. */
const REMEMBER_MS = 1_000;
const MAX_RECORD_SOURCES = 1_000;

export class SourceService {
  private readonly remembered = new LRUCache<string, Promise<ConnectedSource | undefined>>({
    max: 2_000,
    ttl: REMEMBER_MS,
  });

  constructor(
    private readonly sources: Pick<
      SourceRepository,
      'list' | 'findById' | 'findByNameWithSecrets' | 'countByKind' | 'insert' | 'rotate' | 'markDeleted'
    >,
    private readonly box: SecretBox,
    private readonly now: () => Date,
  ) {}

  async list(page: PageRequest) {
    return pageOfRows(await this.sources.list(page), page.limit, view);
  }

  async get(id: string) {
    const source = await this.sources.findById(id);
    if (!source) throw new NotFoundError(`There is no source ${id}.`);
    return view(source);
  }

  async create({ name, kind, secret = generateSecret() }: NewSource) {
    const id = uuidv7();
    const source = await this.sources.insert({ id, name, kind, secretCurrent: this.box.seal(secret, id) });
    this.remembered.delete(name);
    return { ...view(source), secret };
  }

  async rotateSecret(id: string, { secret = generateSecret(), overlapSeconds }: SecretRotation) {
    const { kind, name } = await this.get(id);
    if (kind === 'records') throw new ConflictError(`${name} takes records, which are not signed: it has no secret.`);
    const previousValidUntil = new Date(this.now().getTime() + overlapSeconds * 1000);
    const source = await this.sources.rotate(id, this.box.seal(secret, id), previousValidUntil);
    if (!source) throw new NotFoundError(`There is no source ${id}.`);
    this.remembered.delete(name);
    return { ...view(source), secret };
  }

  async delete(id: string): Promise<void> {
    const { name } = await this.get(id);
    if (!(await this.sources.markDeleted(id, this.now()))) throw new NotFoundError(`There is no source ${id}.`);
    this.remembered.delete(name);
  }

  /** For the intake, at each delivery. */
  connected(name: string): Promise<ConnectedSource | undefined> {
    return this.remember(name, async () => {
      const row = await this.sources.findByNameWithSecrets(name);
      if (!row) return undefined;
      const { id, kind, secretCurrent, secretPrevious, previousValidUntil } = row;
      const previous = previousValidUntil && previousValidUntil > this.now() ? secretPrevious : null;
      const keys = [secretCurrent, previous]
        .filter((sealed) => sealed !== null)
        .map((sealed) => createSecretKey(Buffer.from(this.box.open(sealed, id))));
      return { id, kind, name, keys };
    });
  }

  /** The source that records name; one that is not known yet is added. */
  async forRecords(name: string): Promise<ConnectedSource> {
    const source = (await this.connected(name)) ?? (await this.addForRecords(name));
    if (source.kind === 'records') return source;
    throw new ConflictError(
      `The source ${name} takes signed deliveries of kind ${source.kind}: give records another source.`,
    );
  }

  private async addForRecords(name: string): Promise<ConnectedSource> {
    if ((await this.sources.countByKind('records')) >= MAX_RECORD_SOURCES) {
      const detail = `would be source ${MAX_RECORD_SOURCES + 1}: name the sending system, not the single sender`;
      throw new InvalidInputError([{ pointer: '#/body/source', detail }]);
    }
    try {
      await this.sources.insert({ id: uuidv7(), kind: 'records', name });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      // Another request added it meanwhile, or it was deleted and its name stays taken.
    }
    this.remembered.delete(name);
    const source = await this.connected(name);
    if (!source) throw new ConflictError(`The source ${name} was deleted: give records another source.`);
    return source;
  }

  private remember(name: string, find: () => Promise<ConnectedSource | undefined>) {
    const known = this.remembered.get(name);
    if (known) return known;
    const found = find();
    this.remembered.set(name, found);
    found.then(
      (source) => source ?? this.remembered.delete(name),
      () => this.remembered.delete(name),
    );
    return found;
  }
}

const generateSecret = () => randomBytes(32).toString('base64url');

const view = ({ previousValidUntil, ...source }: SourceRow) => ({
  ...source,
  hookPath: source.kind === 'records' ? null : `/api/v1/hooks/${source.name}`,
  previousSecretValidUntil: previousValidUntil,
});
