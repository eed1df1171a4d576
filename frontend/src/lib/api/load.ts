import { error, type LoadEvent, redirect } from '@sveltejs/kit';
import { signInPath } from '../sign-in-path.ts';
import { ApiProblem } from './problem.ts';

/**
 * Ends a `load` that failed: with the error page, which shows the problem's own words, or where nobody is signed in with
 * the way to do that and to come back.
 */
export const failLoad =
  ({ url, untrack }: Pick<LoadEvent, 'url' | 'untrack'>) =>
  (cause: unknown): never => {
    const { status, title, detail } = ApiProblem.from(cause);
    if (status === 401)
      redirect(
        307,
        untrack(() => signInPath(url)),
      );
    // What the role may not see is said not to be there, in terms of the API: the page says it of its own address.
    const isConcealed = status === 404 && detail?.includes('/api/');
    error(status, title, detail === undefined || isConcealed ? {} : { detail });
  };
