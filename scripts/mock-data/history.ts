import { Calendar, DAY_MS, type Span } from './calendar.js';
import { catalogue } from './catalogue.js';
import { planRuns, type PlannedRun } from './plan.js';
import { Random } from './random.js';
import { recordsOf, type MockRecord } from './record.js';
import { attemptsOf } from './run.js';
import { Runners } from './runners.js';

const HISTORY_DAYS = 90;
const HISTORY_RUNS = 20_000;

export interface History {
  span: Span;
  runs: number;
  pipelines: number;
  repositories: number;
  /** In the order of time, made as they are asked for. */
  records(): Generator<MockRecord>;
}

/**
 * 90 days of delivery up to `until` (ms since 1970), as they could have been. The same seed and `until` give the same
 * records; the same seed alone gives the same record ids.
 */
export function mockHistory({ seed, until }: { seed: number; until: number }): History {
  const span = { from: until - HISTORY_DAYS * DAY_MS, until };
  return {
    span,
    runs: HISTORY_RUNS,
    pipelines: catalogue.reduce((sum, { pipelines }) => sum + pipelines.length, 0),
    repositories: catalogue.length,
    records: () => records(seed, new Calendar(span)),
  };
}

function* records(seed: number, calendar: Calendar): Generator<MockRecord> {
  const random = new Random(seed);
  const world = { calendar, random, runners: new Runners(calendar) };
  const plan = planRuns(catalogue, calendar, HISTORY_RUNS, random);
  const followed = new Set(plan.flatMap(({ after }) => after ?? []));
  const finished = new Map<PlannedRun, number>();
  for (const run of plan) {
    const at = run.after ? (finished.get(run.after) as number) + random.between(2_000, 9_000) : run.at;
    const attempts = attemptsOf(run, at, world);
    const last = attempts.at(-1);
    if (last && followed.has(run)) finished.set(run, last.finishedAt);
    for (const attempt of attempts) yield* recordsOf(run, attempt, seed, calendar.span.until);
  }
}
