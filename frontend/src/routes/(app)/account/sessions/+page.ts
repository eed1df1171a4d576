import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => ({
  sessions: await new Api(event.fetch).account.sessions().catch(failLoad(event)),
});
