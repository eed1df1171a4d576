import { ConflictError, NotFoundError } from '../../errors.js';
import { jsonPage } from '../../http/pagination.js';
import type { AnswerCache, CachedAnswer } from '../../redis/answer-cache.js';
import { idsIn, recordPipeline } from '../projector/subject-id.js';
import type { SourceService } from '../sources/source.service.js';
import type { PipelineRepository } from './pipeline.repository.js';
import type { NewPipeline, PipelineChange, PipelineQuery } from './pipeline.schema.js';

export class PipelineService {
  constructor(
    private readonly pipelines: Pick<
      PipelineRepository,
      'list' | 'findById' | 'insert' | 'update' | 'markDeleted' | 'markRestored'
    >,
    private readonly sources: Pick<SourceService, 'forRecords'>,
    private readonly cache: Pick<AnswerCache<'pipelines' | 'runs'>, 'read' | 'drop'>,
    private readonly now: () => Date,
  ) {}

  list(query: PipelineQuery): Promise<CachedAnswer> {
    const key = JSON.stringify(query);
    return this.cache.read('pipelines', key, async () => jsonPage(await this.pipelines.list(query)));
  }

  /** As JSON text. */
  async get(id: string): Promise<string> {
    const pipeline = await this.pipelines.findById(id);
    if (!pipeline) throw new NotFoundError(`There is no pipeline ${id}.`);
    return pipeline;
  }

  async create({ name, repository, source, displayName, description }: NewPipeline): Promise<string> {
    const { id: sourceId } = await this.sources.forRecords(source);
    const ids = idsIn(sourceId);
    const id = ids.pipeline(recordPipeline(repository, name));
    const repositoryId = repository === undefined ? null : ids.repository(repository);
    const said = { displayName: displayName ?? null, description: description ?? null };
    const made = await this.pipelines.insert({ id, sourceId, externalId: name, name, repositoryId, ...said });
    if (!made)
      throw new ConflictError(
        `There is already a pipeline ${name} from ${source}${repository ? ` in ${repository}` : ''}.`,
      );
    await this.cache.drop(['pipelines', 'runs']);
    return this.get(id);
  }

  async update(id: string, change: PipelineChange): Promise<string> {
    if (!(await this.pipelines.update(id, change))) throw new NotFoundError(`There is no pipeline ${id}.`);
    await this.cache.drop(['pipelines', 'runs']);
    return this.get(id);
  }

  /** Hides it and its runs. What its source sends is still kept, and is there when it is restored. */
  async delete(id: string): Promise<void> {
    if (!(await this.pipelines.markDeleted(id, this.now()))) throw new NotFoundError(`There is no pipeline ${id}.`);
    await this.cache.drop(['pipelines', 'runs']);
  }

  async restore(id: string): Promise<string> {
    if (!(await this.pipelines.markRestored(id))) throw new NotFoundError(`There is no deleted pipeline ${id}.`);
    await this.cache.drop(['pipelines', 'runs']);
    return this.get(id);
  }
}
