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
    error(status, title, detail === undefined ? {} : { detail });
  };
