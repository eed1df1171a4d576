import { Api, type PipelineFilter } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import { WALL_PAGE_SIZE } from '#lib/state/wall.svelte.ts';
import { isStatus } from '#lib/status.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const { fetch, url } = event;
  const status = url.searchParams.get('status');
  const filter: PipelineFilter = { q: url.searchParams.get('q') ?? '', status: isStatus(status) ? status : null };
  const first = await new Api(fetch).pipelines(filter, { limit: WALL_PAGE_SIZE }).catch(failLoad(event));
  return { filter, first };
};
