import type { Api, Run } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Projected } from './live.svelte.ts';
import { documentVisibility, Refresher } from './refresher.ts';

/** One run, kept current while it is on show. */
export class RunView {
  run: Run;
  problem = $state.raw<ApiProblem | null>(null);
  private readonly refresher = new Refresher(() => this.refresh(), documentVisibility);

  constructor(
    private readonly api: Pick<Api, 'run'>,
    run: Run,
  ) {
    this.run = $state.raw(run);
  }

  /** The attempt with this number, or the latest. */
  attempt(number: number | null) {
    return (
      this.run.attempts.find(({ attempt }) => attempt === (number ?? this.run.attempt)) ?? this.run.attempts.at(-1)
    );
  }

  receive({ runs, more }: Projected): void {
    if (more || runs.includes(this.run.id)) this.requestRefresh();
  }

  requestRefresh(): void {
    this.refresher.request();
  }

  stop(): void {
    this.refresher.stop();
  }

  private async refresh(): Promise<void> {
    try {
      this.run = await this.api.run(this.run.id);
      this.problem = null;
    } catch (error) {
      this.problem = ApiProblem.from(error);
      throw error;
    }
  }
}
