import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => ({
  run: await new Api(event.fetch).run(event.params.id).catch(failLoad(event)),
});
