import { NotFoundError } from '../../errors.js';
import { jsonPage } from '../../http/pagination.js';
import type { AnswerCache, CachedAnswer } from '../../redis/answer-cache.js';
import type { DeploymentRepository } from './deployment.repository.js';
import type { DeploymentQuery } from './deployment.schema.js';

export class DeploymentService {
  constructor(
    private readonly deployments: Pick<DeploymentRepository, 'list' | 'findById'>,
    private readonly cache: Pick<AnswerCache<'deployments'>, 'read'>,
  ) {}

  list(query: DeploymentQuery): Promise<CachedAnswer> {
    const key = JSON.stringify(query);
    return this.cache.read('deployments', key, async () => jsonPage(await this.deployments.list(query)));
  }

  async get(id: string): Promise<string> {
    const deployment = await this.deployments.findById(id);
    if (!deployment) throw new NotFoundError(`There is no deployment ${id}.`);
    return deployment;
  }
}
