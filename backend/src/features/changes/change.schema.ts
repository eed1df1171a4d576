import { z } from 'zod';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';

const repository = z.object({ id: z.uuid(), fullName: z.string() }).nullable();
const CHANGE_STATES = ['open', 'merged', 'abandoned'] as const;

export const changeSchema = z
  .object({
    id: z.uuid(),
    repository,
    number: z.int(),
    title: z.string(),
    state: z.enum(CHANGE_STATES),
    author: z.string().nullable(),
    headBranch: z.string().nullable(),
    headSha: z.string().nullable(),
    baseBranch: z.string().nullable(),
    mergeCommitSha: z.string().nullable(),
    commits: z.int().nullable(),
    additions: z.int().nullable(),
    deletions: z.int().nullable(),
    url: z.string().nullable(),
    openedAt: timestamp().nullable(),
    mergedAt: timestamp().nullable(),
    closedAt: timestamp().nullable(),
  })
  .meta({ id: 'Change', description: 'A pull or merge request.' });

export const commitSchema = z
  .object({
    id: z.uuid(),
    repository,
    sha: z.string(),
    branch: z.string().nullable(),
    message: z.string(),
    author: z.string().nullable(),
    committedAt: timestamp().nullable(),
    url: z.string().nullable(),
  })
  .meta({ id: 'Commit', description: 'A commit that was pushed.' });

const byRepository = {
  repository: storableText(255).optional().meta({ description: 'Its full name, such as `acme/shop`, or its id.' }),
};
export const changeQuery = pageQuery.extend({ ...byRepository, state: z.enum(CHANGE_STATES).optional() });
export const commitQuery = pageQuery.extend({ ...byRepository, branch: storableText(255).optional() });

export const changePageSchema = pageOf(changeSchema).meta({ id: 'ChangePage' });
export const commitPageSchema = pageOf(commitSchema).meta({ id: 'CommitPage' });
export type ChangeQuery = z.output<typeof changeQuery>;
export type CommitQuery = z.output<typeof commitQuery>;
