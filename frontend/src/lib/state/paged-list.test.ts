import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiProblem } from '../api/problem.ts';
import { PagedList } from './paged-list.svelte.ts';

interface Row {
  id: string;
  name?: string;
}
const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id }));
const listOf = (fetchPage: (cursor: string) => Promise<{ items: Row[]; nextCursor: string | null }>) =>
  new PagedList<Row>(fetchPage, ({ id }) => id, { items: rows('a', 'b'), nextCursor: 'c1' });
const shown = (list: PagedList<Row>) => list.items.map(({ id }) => id);

describe('a paged list', () => {
  it('grows page by page until there is no more, and shows each row once', async () => {
    const asked: string[] = [];
    const list = listOf(async (cursor) => {
      asked.push(cursor);
      return { items: rows('b', 'c'), nextCursor: null };
    });

    await Promise.all([list.loadMore(), list.loadMore()]);
    await list.loadMore();

    assert.deepEqual(shown(list), ['a', 'b', 'c']);
    assert.deepEqual(asked, ['c1']);
    assert.equal(list.hasMore, false);
  });

  it('says why the next page did not come, and can be asked again', async () => {
    let fails = true;
    const list = listOf(async () => {
      if (fails) throw new ApiProblem(503, 'Not available');
      return { items: rows('c'), nextCursor: null };
    });

    await list.loadMore();
    assert.equal(list.problem?.title, 'Not available');
    assert.equal(list.hasMore, true);

    fails = false;
    await list.loadMore();
    assert.equal(list.problem, null);
    assert.deepEqual(shown(list), ['a', 'b', 'c']);
  });

  it('changes a row in its place, puts a new one in front, and removes one', () => {
    const list = listOf(() => Promise.reject(new Error('not asked')));
    list.put({ id: 'b', name: 'changed' });
    list.put({ id: 'z' });
    list.remove('a');
    assert.deepEqual(list.items, [{ id: 'z' }, { id: 'b', name: 'changed' }]);
  });
});
