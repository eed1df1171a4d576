import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = async (event) => {
  const api = new Api(event.fetch);
  const [me, info] = await Promise.all([
    api.account.me().catch(failLoad(event)),
    // The version is decoration: a page must not fail for want of it.
    api.info().catch(() => null),
  ]);
  return { me, version: info?.version ?? null };
};
