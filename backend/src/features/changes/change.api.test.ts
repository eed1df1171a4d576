import { beforeAll, describe, expect, it } from '@jest/globals';
import { connectGithub } from '../../../test/github-delivery.js';
import { pagesOf, type Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, project } = startApi();

const fullName = unique('acme/shop');
const repository = {
  ...{ id: 7, full_name: fullName, html_url: `https://github.com/${fullName}`, default_branch: 'main' },
  ...{ pushed_at: '2026-01-15T12:00:00Z', updated_at: '2026-01-15T12:00:00Z' },
};

function pullRequest(number: number, fields: object) {
  const day = `2026-01-${String(number).padStart(2, '0')}T12:00:00Z`;
  return {
    action: 'opened',
    repository,
    number,
    pull_request: {
      ...{ id: number, number, title: `Change ${number}`, state: 'open', user: { login: 'ann' }, merged: false },
      ...{ html_url: `https://github.com/${fullName}/pull/${number}`, created_at: day, updated_at: day },
      ...{ closed_at: null, merged_at: null, merge_commit_sha: null, commits: 2, additions: 10, deletions: 3 },
      ...{ head: { ref: 'fix', sha: 'abc' }, base: { ref: 'main', sha: 'def' } },
      ...fields,
    },
  };
}

const merged = { state: 'closed', merged: true, closed_at: '2026-01-20T12:00:00Z', merged_at: '2026-01-20T12:00:00Z' };
const push = (branch: string, ids: string[]) => ({
  ...{ ref: `refs/heads/${branch}`, deleted: false, repository: { ...repository, pushed_at: 1768478400 } },
  head_commit: null,
  commits: ids.map((id, index) => ({
    ...{
      id,
      message: `Say ${id}\n\nAt length.`,
      timestamp: `2026-01-15T12:00:0${index}Z`,
      url: 'https://x.example.com',
    },
    author: { name: 'Ann', username: 'ann' },
  })),
});

let source: Awaited<ReturnType<typeof connectGithub>>;
beforeAll(async () => {
  source = await connectGithub(api);
  await source.deliver('pull_request', pullRequest(1, {}));
  await source.deliver(
    'pull_request',
    pullRequest(2, { ...merged, merge_commit_sha: 'c0ffee', updated_at: merged.merged_at }),
  );
  await source.deliver('pull_request', pullRequest(3, { state: 'closed', closed_at: '2026-01-21T12:00:00Z' }));
  await source.deliver('push', push('main', ['c1', 'c2']));
  await source.deliver('push', push('fix', ['c3']));
  await project();
});

const items = async (path: string): Promise<Item[]> => (await api.get(path).expect(200)).body.items;

describe('the list of changes', () => {
  it('is newest first, with what was said of each', async () => {
    const changes = await items(`/changes?repository=${fullName}`);

    expect(changes.map(({ number, state }) => [number, state])).toEqual([
      [3, 'abandoned'],
      [2, 'merged'],
      [1, 'open'],
    ]);
    expect(changes[1]).toMatchObject({
      ...{ title: 'Change 2', author: 'ann', headBranch: 'fix', headSha: 'abc', baseBranch: 'main' },
      ...{ mergeCommitSha: 'c0ffee', commits: 2, additions: 10, deletions: 3, repository: { fullName } },
    });
    expect(new Date(changes[1].mergedAt)).toEqual(new Date(merged.merged_at));
  });

  it.each([
    ['open', [1]],
    ['merged', [2]],
    ['abandoned', [3]],
  ])('may be of those that are %s', async (state, numbers) => {
    expect((await items(`/changes?repository=${fullName}&state=${state}`)).map(({ number }) => number)).toEqual(
      numbers,
    );
  });

  it('is paged', async () => {
    const [change] = await items(`/changes?repository=${fullName}`);
    const pages = await pagesOf(api, `/changes?repository=${change.repository.id}&limit=1`);

    expect(pages.flat().map(({ number }) => number)).toEqual([3, 2, 1]);
  });

  it('refuses a state that there is not', async () => {
    await api.get('/changes?state=closed').expect(400);
  });
});

describe('the list of commits', () => {
  it('is newest first, and may be of one branch', async () => {
    const shas = async (query = '') => (await items(`/commits?repository=${fullName}${query}`)).map(({ sha }) => sha);

    expect((await shas()).toSorted()).toEqual(['c1', 'c2', 'c3']);
    expect(await shas('&branch=main')).toEqual(['c2', 'c1']);
    expect(await shas('&branch=mai_')).toEqual([]);
    expect((await pagesOf(api, `/commits?repository=${fullName}&limit=1`)).flat()).toHaveLength(3);
  });

  it('has the first line of what was said', async () => {
    const [commit] = await items(`/commits?repository=${fullName}&branch=fix`);

    expect(commit).toMatchObject({ sha: 'c3', message: 'Say c3', author: 'ann', repository: { fullName } });
  });
});

describe('the list of repositories', () => {
  it('finds a part of the name, and takes % and _ as they are', async () => {
    const part = encodeURIComponent(fullName.slice(2).toUpperCase());
    expect(await items(`/repositories?q=${part}`)).toMatchObject([
      { fullName, url: repository.html_url, defaultBranch: 'main', source: { id: source.id, name: source.name } },
    ]);
    expect(await items(`/repositories?q=${part.replace('-', '_')}`)).toEqual([]);
    expect(await items(`/repositories?q=${part}%25`)).toEqual([]);
  });

  it('is paged by name', async () => {
    const prefix = unique('paged');
    const other = await connectGithub(api);
    for (const [id, name] of ['c', 'a', 'b'].entries()) {
      await other.deliver('push', {
        ...push('main', []),
        repository: { ...repository, id: id + 100, full_name: `${prefix}/${name}` },
      });
    }
    await project();

    const pages = await pagesOf(api, `/repositories?q=${prefix}&limit=1`);

    expect(pages.flat().map((found) => found.fullName)).toEqual(['a', 'b', 'c'].map((name) => `${prefix}/${name}`));
  });
});
