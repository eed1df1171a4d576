import type { startApi } from './start-api.js';

type Api = ReturnType<typeof startApi>['api'];

/** An item of a list, read without the schemas that the tests check. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Item = any;

/** Every page of a list, one after the other by its cursor. `between` runs before each page but the first. */
export async function pagesOf(api: Api, path: string, between?: () => Promise<unknown>): Promise<Item[][]> {
  const pages: Item[][] = [];
  let cursor: string | null = '';
  do {
    if (pages.length > 0) await between?.();
    const next: string = cursor === '' ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`;
    const { body } = await api.get(next).expect(200);
    pages.push(body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return pages;
}
