import { error } from '@sveltejs/kit';
import { ApiProblem } from './problem.ts';

/** Ends a `load` with the error page, which shows the problem's own words. */
export function failLoad(cause: unknown): never {
  const { status, title, detail } = ApiProblem.from(cause);
  error(status, title, detail === undefined ? {} : { detail });
}
