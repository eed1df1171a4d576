import { redirect } from '@sveltejs/kit';
import { Api } from '#lib/api/client.ts';
import { pathAfterSignIn } from '#lib/sign-in-path.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, url }) => {
  const next = pathAfterSignIn(url.searchParams.get('next'), url.origin);
  // What lies below /api is served beside this application: only the browser itself can go there.
  const isBeside = next.startsWith('/api/');
  // Whatever the reason why it is not known who this is, signing in is the way on.
  const me = await new Api(fetch).account.me().catch(() => null);
  if (me && isBeside) location.replace(next);
  else if (me) redirect(307, next);
  return { next, isBeside };
};
