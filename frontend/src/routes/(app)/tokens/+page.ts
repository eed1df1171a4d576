import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const everyone = event.url.searchParams.get('of') === 'everyone';
  const query = { limit: 25, ...(everyone && { everyone }) };
  return { everyone, query, first: await new Api(event.fetch).tokens.list(query).catch(failLoad(event)) };
};
