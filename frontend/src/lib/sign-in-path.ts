/** Where to sign in, to come back to `from` afterwards. */
export function signInPath(from: Pick<URL, 'pathname' | 'search'>): string {
  const next = `${from.pathname}${from.search}`;
  return next === '/' ? '/signin' : `/signin?${new URLSearchParams({ next }).toString()}`;
}

/**
 * The path to go on to after signing in. Anybody can write a link to `/signin?next=...`, so whatever does not stay on this
 * origin leads to the front page instead.
 */
export function pathAfterSignIn(next: string | null, origin: string): string {
  if (!next?.startsWith('/') || !URL.canParse(next, origin)) return '/';
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname === '/signin') return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
