import { nameUuid, partUuid } from '../../database/name-uuid.js';

/**
 * The ids of a source's subjects, by the provider's identifiers: computed, so that nothing must be looked up or be there.
 * Remembers what it computed, since the events of a batch speak of few subjects many times: make one per batch.
 */
export function idsIn(sourceId: string) {
  const known = new Map<string, string>();
  const id = (...names: string[]): string => {
    const key = joinedId(...names);
    const computed = known.get(key) ?? nameUuid(sourceId, ...names);
    known.set(key, computed);
    return computed;
  };
  return {
    repository: (repository: string) => id('repository', repository),
    pipeline: (pipeline: string) => id('pipeline', pipeline),
    run: (run: string) => id('run', run),
    job: (job: string) => id('job', job),
    service: (service: string) => id('service', service),
    environment: (service: string, name: string) => id('environment', service, name),
    deployment: (deployment: string) => id('deployment', deployment),
    change: (repository: string, number: number) => id('change', repository, String(number)),
    commit: (repository: string, sha: string) => id('commit', repository, sha),
  };
}
export type Ids = ReturnType<typeof idsIn>;

/** Of an attempt, by the id of its run; of a step, by the id of its job. */
export const attemptId = (runId: string, attempt: number) => partUuid(runId, attempt);
export const stepId = (jobId: string, number: number) => partUuid(jobId, number);

/** Several names as one identifier of the provider's, so that no two lists of names give the same. */
export const joinedId = (...names: string[]) => JSON.stringify(names);

/** How records identify a pipeline: by its name within a repository, which may be none. */
export const recordPipeline = (repository: string | null | undefined, name: string) => joinedId(repository ?? '', name);
