import { z } from 'zod';
import { storableText } from '../../http/fields.js';
import { pageByNameQuery, pageOf } from '../../http/pagination.js';

export const repositorySchema = z
  .object({
    id: z.uuid(),
    fullName: z.string(),
    url: z.string().nullable(),
    defaultBranch: z.string().nullable(),
    source: z.object({ id: z.uuid(), name: z.string() }),
  })
  .meta({ id: 'Repository' });

export const repositoryQuery = pageByNameQuery.extend({
  q: storableText(255).optional().meta({ description: 'Part of its name.' }),
});
export const repositoryPageSchema = pageOf(repositorySchema).meta({ id: 'RepositoryPage' });
export type RepositoryQuery = z.output<typeof repositoryQuery>;
