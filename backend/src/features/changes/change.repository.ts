import type pg from 'pg';
import { Filter, pageLimit, timeKey } from '../../database/filter.js';
import { jsonObject, jsonObjectOf } from '../../database/json-object.js';
import { readPage, type JsonPage } from '../../database/json-page.js';
import type { ChangeQuery, CommitQuery } from './change.schema.js';

const REPOSITORY = jsonObjectOf('g', { id: 'g.id', fullName: 'g.full_name' });

const CHANGE = jsonObject({
  id: 'c.id',
  repository: REPOSITORY,
  number: 'c.number',
  title: 'c.title',
  state: 'c.state',
  author: 'c.author',
  headBranch: 'c.head_branch',
  headSha: 'c.head_sha',
  baseBranch: 'c.base_branch',
  mergeCommitSha: 'c.merge_commit_sha',
  commits: 'c.commits',
  additions: 'c.additions',
  deletions: 'c.deletions',
  url: 'c.url',
  openedAt: 'c.opened_at',
  mergedAt: 'c.merged_at',
  closedAt: 'c.closed_at',
});

const COMMIT = jsonObject({
  id: 'c.id',
  repository: REPOSITORY,
  sha: 'c.sha',
  branch: 'c.branch',
  message: 'c.message',
  author: 'c.author',
  committedAt: 'c.committed_at',
  url: 'c.url',
});

const OPENED = `coalesce(c.opened_at, 'epoch')`;
const COMMITTED = `coalesce(c.committed_at, 'epoch')`;
const OF_REPOSITORY = '(g.full_name = ? OR g.id::text = ?)';

/** Changes (pull and merge requests) and commits: what is delivered. One more than the limit, newest first, as JSON text. */
export class ChangeRepository {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  listChanges({ limit, cursor, repository, state }: ChangeQuery): Promise<JsonPage> {
    const filter = new Filter()
      .and(OF_REPOSITORY, repository)
      .and('c.state = ?::change_state', state)
      .after(OPENED, 'c.id', cursor);
    return this.list('changes', CHANGE, OPENED, filter, limit);
  }

  listCommits({ limit, cursor, repository, branch }: CommitQuery): Promise<JsonPage> {
    const filter = new Filter()
      .and(OF_REPOSITORY, repository)
      .and('c.branch = ?', branch)
      .after(COMMITTED, 'c.id', cursor);
    return this.list('commits', COMMIT, COMMITTED, filter, limit);
  }

  private async list(table: 'changes' | 'commits', json: string, key: string, filter: Filter, limit: number) {
    return readPage(
      this.pool,
      // eslint-disable-next-line pitwall/static-sql -- Both callers hand in the constants above.
      `SELECT ${timeKey(key)} AS key, c.id, ${json}::text AS json
       FROM ${table} c LEFT JOIN repositories g ON g.id = c.repository_id ${filter.where}
       ORDER BY ${key} DESC, c.id DESC LIMIT ${pageLimit(limit)}`,
      filter,
      limit,
    );
  }
}
