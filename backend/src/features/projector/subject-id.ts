import { nameUuid, partUuid } from '../../database/name-uuid.js';

/** The ids of a source's subjects, by the provider's identifiers: computed, so that nothing must be looked up or be there. */
export const idsIn = (sourceId: string) => ({
  repository: (repository: string) => nameUuid(sourceId, 'repository', repository),
  pipeline: (pipeline: string) => nameUuid(sourceId, 'pipeline', pipeline),
  run: (run: string) => nameUuid(sourceId, 'run', run),
  job: (job: string) => nameUuid(sourceId, 'job', job),
  service: (service: string) => nameUuid(sourceId, 'service', service),
  environment: (service: string, name: string) => nameUuid(sourceId, 'environment', service, name),
  deployment: (deployment: string) => nameUuid(sourceId, 'deployment', deployment),
  change: (repository: string, number: number) => nameUuid(sourceId, 'change', repository, String(number)),
  commit: (repository: string, sha: string) => nameUuid(sourceId, 'commit', repository, sha),
});
/** Of an attempt, by the id of its run; of a step, by the id of its job. */
export const attemptId = (runId: string, attempt: number) => partUuid(runId, attempt);
export const stepId = (jobId: string, number: number) => partUuid(jobId, number);

export type Ids = ReturnType<typeof idsIn>;

/** Several names as one identifier of the provider's, so that no two lists of names give the same. */
export const joinedId = (...names: string[]) => JSON.stringify(names);

/** How records identify a pipeline: by its name within a repository, which may be none. */
export const recordPipeline = (repository: string | null | undefined, name: string) => joinedId(repository ?? '', name);
