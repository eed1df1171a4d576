import { queryOf, readAuditFilter } from '#lib/audit-filter.ts';
import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const filter = readAuditFilter(event.url.searchParams);
  const query = queryOf(filter);
  return { filter, query, first: await new Api(event.fetch).audit.list(query).catch(failLoad(event)) };
};
