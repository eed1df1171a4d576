import { expect, it } from '@jest/globals';
import { examplesOf, type Payload } from '../../../../test/github-examples.js';
import type { CommitFact, RepositoryFact } from '../fact.js';
import { pushFacts } from './push.js';

const read = (push: Payload, commit: Payload = {}) => {
  const payload = examplesOf('push').find(({ commits }) => commits.length > 0);
  const commits = [{ ...payload.commits[0], ...commit }];
  const [repository, ...said] = pushFacts({ ...payload, commits, ...push }) as [RepositoryFact, ...CommitFact[]];
  return { repository, commits: said };
};
const repository = examplesOf('push')[0].repository;

it('keeps the whole name of a branch', () => {
  expect(read({ ref: 'refs/heads/feature/refs/heads/x' }).commits).toMatchObject([{ branch: 'feature/refs/heads/x' }]);
});

it.each([{ ref: 'refs/tags/v1' }, { ref: 'refs/notes/commits' }, { deleted: true }, { commits: null }])(
  'says nothing of commits for %j',
  (push) => {
    expect(read(push).commits).toEqual([]);
  },
);

it('keeps the first line of a message', () => {
  expect(read({}, { message: 'Fix it\r\n\r\nBecause.' }).commits).toMatchObject([{ message: 'Fix it' }]);
  expect(read({}, { message: '' }).commits).toMatchObject([{ message: '' }]);
});

it('names the author as GitHub does, or else as the commit does', () => {
  expect(read({}, { author: { name: 'Ada', username: 'ada' } }).commits).toMatchObject([{ author: 'ada' }]);
  expect(read({}, { author: { name: 'Ada' } }).commits).toMatchObject([{ author: 'Ada' }]);
  expect(read({}, { author: null }).commits).toMatchObject([{ author: undefined }]);
});

it('is of the time it left on the repository, in seconds or as text', () => {
  expect(read({ repository: { ...repository, pushed_at: 1767225600 } }).repository.at).toEqual(
    new Date('2026-01-01T00:00:00Z'),
  );
  expect(read({ repository: { ...repository, pushed_at: '2026-01-01T00:00:00Z' } }).repository.at).toEqual(
    new Date('2026-01-01T00:00:00Z'),
  );
});

it('gives a commit without a time that of its push', () => {
  const { repository: pushed, commits } = read({}, { timestamp: 'yesterday' });

  expect(commits).toMatchObject([{ committedAt: undefined, at: pushed.at }]);
});

it('refuses a push without any time', () => {
  const timeless = { ...repository, pushed_at: null, updated_at: null };

  expect(() => read({ repository: timeless, head_commit: null })).toThrow('repository.pushed_at: expected a time');
});
