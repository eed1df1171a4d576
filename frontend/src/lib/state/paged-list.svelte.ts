import { ApiProblem } from '../api/problem.ts';
import type { Page } from '../api/request.ts';

/** A list that grows by pages, and in which rows are changed in place. */
export class PagedList<Row> {
  items = $state.raw<Row[]>([]);
  /** Why the next page did not come. */
  problem = $state.raw<ApiProblem | null>(null);
  loadingMore = $state(false);
  private nextCursor: string | null;

  constructor(
    private readonly fetchPage: (cursor: string) => Promise<Page<Row>>,
    private readonly keyOf: (row: Row) => string,
    first: Page<Row>,
  ) {
    this.items = first.items;
    this.nextCursor = $state(first.nextCursor);
  }

  get hasMore(): boolean {
    return this.nextCursor !== null;
  }

  async loadMore(): Promise<void> {
    if (this.nextCursor === null || this.loadingMore) return;
    this.loadingMore = true;
    try {
      const page = await this.fetchPage(this.nextCursor);
      // A row that was added by hand may come again on its page.
      const shown = this.items.map(this.keyOf);
      this.items = [...this.items, ...page.items.filter((row) => !shown.includes(this.keyOf(row)))];
      this.nextCursor = page.nextCursor;
      this.problem = null;
    } catch (error) {
      this.problem = ApiProblem.from(error);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Shows the row as it is now; one that is not in the list yet is put in front. */
  put(row: Row): void {
    const key = this.keyOf(row);
    const known = this.items.some((other) => this.keyOf(other) === key);
    this.items = known ? this.items.map((other) => (this.keyOf(other) === key ? row : other)) : [row, ...this.items];
  }

  remove(key: string): void {
    this.items = this.items.filter((row) => this.keyOf(row) !== key);
  }
}
