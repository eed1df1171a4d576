import { Api } from '#lib/api/client.ts';
import type { LayoutLoad } from './$types';

// The service answers JSON only; the page is drawn in the browser.
export const ssr = false;

export const load: LayoutLoad = async ({ fetch }) => {
  // The version is decoration: a page must not fail for want of it.
  const info = await new Api(fetch).info().catch(() => null);
  return { version: info?.version ?? null };
};
