import { NotFoundError } from '../../errors.js';
import { jsonPage } from '../../http/pagination.js';
import type { AnswerCache, CachedAnswer } from '../../redis/answer-cache.js';
import type { RunRepository } from './run.repository.js';
import type { RunQuery } from './run.schema.js';

export class RunService {
  constructor(
    private readonly runs: Pick<RunRepository, 'list' | 'findById'>,
    private readonly cache: Pick<AnswerCache<'runs'>, 'read'>,
  ) {}

  list(query: RunQuery): Promise<CachedAnswer> {
    return this.cache.read('runs', JSON.stringify(query), async () => jsonPage(await this.runs.list(query)));
  }

  async get(id: string): Promise<string> {
    const run = await this.runs.findById(id);
    if (!run) throw new NotFoundError(`There is no run ${id}.`);
    return run;
  }
}
