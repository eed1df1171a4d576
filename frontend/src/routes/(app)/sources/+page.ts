import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => ({
  first: await new Api(event.fetch).sources.list({ limit: 25 }).catch(failLoad(event)),
});
