import { z } from 'zod';
import type { ChangeFact, Fact } from '../fact.js';
import { line, optionalCount, optionalName, optionalPart, optionalTime, optionalUrl, ordinal, time } from './fields.js';
import { accountLogin, readPayload, repositoryFact, repositorySchema } from './payload.js';

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
const pullRequestEventSchema = z.object({
  repository: repositorySchema,
  pull_request: z.object({
    number: ordinal(),
    title: line(),
    state: z.enum(['open', 'closed'], { error: 'expected open or closed' }),
    merged: z.boolean().optional().catch(undefined),
    merge_commit_sha: optionalName(),
    user: optionalPart(accountLogin),
    head: optionalPart({ ref: optionalName(), sha: optionalName() }),
    base: optionalPart({ ref: optionalName() }),
    commits: optionalCount(),
    additions: optionalCount(),
    deletions: optionalCount(),
    html_url: optionalUrl(),
    created_at: optionalTime(),
    updated_at: time(),
    closed_at: optionalTime(),
    merged_at: optionalTime(),
  }),
});

type PullRequest = z.output<typeof pullRequestEventSchema>['pull_request'];

export function pullRequestFacts(payload: unknown): Fact[] {
  const { repository, pull_request: pullRequest } = readPayload(pullRequestEventSchema, payload);
  return [repositoryFact(repository, pullRequest.updated_at), changeFact(repository.id, pullRequest)];
}

function changeFact(repository: string, pullRequest: PullRequest): ChangeFact {
  const state = stateOf(pullRequest);
  return {
    subject: 'change',
    repository,
    number: pullRequest.number,
    title: pullRequest.title,
    state,
    author: pullRequest.user?.login,
    headBranch: pullRequest.head?.ref,
    headSha: pullRequest.head?.sha,
    baseBranch: pullRequest.base?.ref,
    // Until the merge it names GitHub's own trial merge, which is on no branch.
    mergeCommitSha: state === 'merged' ? pullRequest.merge_commit_sha : undefined,
    commits: pullRequest.commits,
    additions: pullRequest.additions,
    deletions: pullRequest.deletions,
    url: pullRequest.html_url,
    openedAt: pullRequest.created_at,
    mergedAt: pullRequest.merged_at,
    closedAt: pullRequest.closed_at,
    at: pullRequest.updated_at,
  };
}

function stateOf({ state, merged, merged_at: mergedAt }: PullRequest): ChangeFact['state'] {
  if (merged || mergedAt) return 'merged';
  return state === 'closed' ? 'abandoned' : 'open';
}
