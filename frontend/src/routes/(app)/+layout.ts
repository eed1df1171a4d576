import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = async (event) => {
  // Asked anew from page to page, so that the navigation shows what the role of this moment allows.
  void event.route.id;
  return { me: await new Api(event.fetch).account.me().catch(failLoad(event)) };
};
