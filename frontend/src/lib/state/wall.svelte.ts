import {
  type Api,
  MAX_PAGE_SIZE,
  type Pipeline,
  type PipelineFilter,
  type PipelinePage,
  type Status,
} from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { isActive, isFailure, lookOf } from '../status.ts';
import { documentVisibility, Refresher } from './refresher.ts';

export const WALL_PAGE_SIZE = 48;

export type StatusCounts = Partial<Record<Status, number>>;

/** A pipeline's place on the wall. It stays where it is while the pipeline changes. */
export class WallCard {
  pipeline: Pipeline;
  /** How often the latest run was replaced or changed its status since the card was hung. */
  changes = $state(0);
  private serialised: string;

  constructor(pipeline: Pipeline, changes = 0) {
    this.pipeline = $state.raw(pipeline);
    this.serialised = JSON.stringify(pipeline);
    this.changes = changes;
  }

  get latest() {
    return this.pipeline.recentRuns[0];
  }

  /** By the last run that reached a verdict: a running run says nothing yet, a cancelled one never will. */
  get isFailing(): boolean {
    const verdict = this.pipeline.recentRuns.find(({ status }) => status === 'succeeded' || isFailure(status));
    return verdict !== undefined && isFailure(verdict.status);
  }

  /** Answers whether the latest run is another or stands differently. What is the same is not drawn again. */
  show(pipeline: Pipeline): boolean {
    const serialised = JSON.stringify(pipeline);
    if (serialised === this.serialised) return false;
    this.serialised = serialised;
    const before = this.latest;
    this.pipeline = pipeline;
    const { latest } = this;
    const changed =
      before?.id !== latest?.id || before?.status !== latest?.status || before?.attempt !== latest?.attempt;
    if (changed) this.changes += 1;
    return changed;
  }
}

/** The pipelines that match one filter, kept current in place. */
export class Wall {
  cards = $state.raw<WallCard[]>([]);
  problem = $state.raw<ApiProblem | null>(null);
  loadingMore = $state(false);
  /** The newest verdict in words, for readers who do not see the cards change. */
  announcement = $state('');
  private nextCursor: string | null;
  /** How many pages were asked for by hand: an answer for fewer than are on the wall now is out of date. */
  private pagesAdded = 0;
  private readonly refresher = new Refresher(() => this.refresh(), documentVisibility);

  constructor(
    private readonly api: Pick<Api, 'pipelines'>,
    readonly filter: PipelineFilter,
    first: PipelinePage,
  ) {
    this.cards = first.items.map((pipeline) => new WallCard(pipeline));
    this.nextCursor = $state(first.nextCursor);
  }

  get hasMore(): boolean {
    return this.nextCursor !== null;
  }

  get isFiltered(): boolean {
    return this.filter.q !== '' || this.filter.status !== null;
  }

  /** How many of the cards stand at each status. */
  get counts(): StatusCounts {
    const counts: StatusCounts = {};
    for (const { latest } of this.cards) {
      if (latest) counts[latest.status] = (counts[latest.status] ?? 0) + 1;
    }
    return counts;
  }

  requestRefresh(): void {
    this.refresher.request();
  }

  stop(): void {
    this.refresher.stop();
  }

  async loadMore(): Promise<void> {
    if (this.nextCursor === null || this.loadingMore) return;
    this.loadingMore = true;
    try {
      const page = await this.api.pipelines(this.filter, { limit: WALL_PAGE_SIZE, cursor: this.nextCursor });
      this.cards = [...this.cards, ...this.notShown(page.items).map((pipeline) => new WallCard(pipeline))];
      this.nextCursor = page.nextCursor;
      this.pagesAdded += 1;
      this.problem = null;
    } catch (error) {
      this.problem = ApiProblem.from(error);
    } finally {
      this.loadingMore = false;
    }
  }

  private async refresh(): Promise<void> {
    try {
      const { pagesAdded } = this;
      const fetched = await this.fetchShown();
      if (pagesAdded === this.pagesAdded) this.merge(fetched);
      else this.requestRefresh();
      this.problem = null;
    } catch (error) {
      this.problem = ApiProblem.from(error);
      throw error;
    }
  }

  /** As many of the most recently active pipelines as are on the wall. */
  private async fetchShown(): Promise<PipelinePage> {
    let wanted = Math.max(this.cards.length, WALL_PAGE_SIZE);
    const items: Pipeline[] = [];
    let nextCursor: string | null = null;
    do {
      const limit = Math.min(wanted, MAX_PAGE_SIZE);
      const page = await this.api.pipelines(this.filter, { limit, ...(nextCursor !== null && { cursor: nextCursor }) });
      items.push(...page.items);
      nextCursor = page.nextCursor;
      wanted -= limit;
    } while (wanted > 0 && nextCursor !== null);
    return { items, nextCursor };
  }

  /** Cards keep their places, so that nothing moves under a pointer; a pipeline new to the wall is hung in front. */
  private merge({ items, nextCursor }: PipelinePage): void {
    const added = this.notShown(items).map((pipeline) => new WallCard(pipeline, 1));
    const byId: Partial<Record<string, Pipeline>> = Object.fromEntries(
      items.map((pipeline) => [pipeline.id, pipeline]),
    );
    const kept = this.cards.filter((card) => {
      const pipeline = byId[card.pipeline.id];
      if (pipeline && card.show(pipeline)) this.announce(pipeline);
      return pipeline !== undefined;
    });
    if (added.length > 0 || kept.length < this.cards.length) this.cards = [...added, ...kept];
    this.nextCursor = nextCursor;
  }

  private notShown(items: Pipeline[]): Pipeline[] {
    return items.filter(({ id }) => !this.cards.some(({ pipeline }) => pipeline.id === id));
  }

  private announce({ name, displayName, recentRuns: [latest] }: Pipeline): void {
    if (!latest || isActive(latest.status)) return;
    this.announcement = `${displayName ?? name}: ${lookOf(latest.status).label.toLowerCase()}`;
  }
}
