import { expect, it } from '@jest/globals';
import { examplesOf, type Payload } from '../../../../test/github-examples.js';
import type { ChangeFact } from '../fact.js';
import { pullRequestFacts } from './pull-request.js';

const read = (change: Payload) => {
  const [payload] = examplesOf('pull_request');
  return pullRequestFacts({ ...payload, pull_request: { ...payload.pull_request, ...change } })[1] as ChangeFact;
};
const sha = 'c4295bd74fb0f4fda03689c3df3f2803b658fd85';
const mergedAt = '2026-01-01T00:00:00Z';

it.each([
  ['open', { state: 'open' }],
  ['abandoned', { state: 'closed', merged: false, merged_at: null }],
  ['merged', { state: 'closed', merged: true, merged_at: null }],
  ['merged', { state: 'closed', merged: undefined, merged_at: mergedAt }],
])('is %s for %j', (expected, change) => {
  expect(read(change).state).toBe(expected);
});

it('has a merge commit only once it is merged', () => {
  expect(read({ merge_commit_sha: sha, state: 'open' }).mergeCommitSha).toBeUndefined();
  expect(read({ merge_commit_sha: sha, state: 'closed', merged: true }).mergeCommitSha).toBe(sha);
});

it('outlives its author and its branch', () => {
  expect(read({ user: null, head: null })).toMatchObject({ author: undefined, headBranch: undefined });
});

it('leaves out a count that is none', () => {
  expect(read({ additions: -1, deletions: 2 ** 31, commits: 1.5 })).toMatchObject({
    additions: undefined,
    deletions: undefined,
    commits: undefined,
  });
});

it('refuses a state that it does not know', () => {
  expect(() => read({ state: 'half' })).toThrow('pull_request.state: expected open or closed');
});
