import { isWorkday, MINUTE_MS, HOUR_MS, weekday, type Calendar } from './calendar.js';
import type { Pipeline, Repository } from './catalogue.js';
import { ChangeBook, people, type Push } from './changes.js';
import { drawOutcome, type Outcome } from './outcome.js';
import type { Random } from './random.js';

/** A run that will be: everything but how it went in detail. */
export interface PlannedRun {
  repository: Repository;
  pipeline: Pipeline;
  /** When it is asked for, ms. A run that follows another is asked for when that one has finished. */
  at: number;
  after?: PlannedRun;
  trigger: 'push' | 'pull_request' | 'schedule' | 'workflow_dispatch' | 'workflow_run' | 'release';
  /** Of its first attempt. */
  outcome: Outcome;
  /** Its place among all runs, in the order of time, from 1. */
  index: number;
  number: number;
  push: Push;
}

/** Runs that one push, clock or person sets off: they share the commit. */
interface Occasion {
  at: number;
  repository: Repository;
  kind: 'change' | 'main' | 'schedule' | 'workflow_dispatch' | 'release';
  runs: Pick<PlannedRun, 'pipeline' | 'at' | 'outcome' | 'after'>[];
}

const STAFF = 36;
const MAIN_SHARE = 0.3;
/** How long before the end somebody pushed, so that something waits and runs there, whatever the hour. */
const LAST_PUSHES_MS = [5_000, 12_000, 40_000, 90_000, 3 * MINUTE_MS, 6 * MINUTE_MS, 9 * MINUTE_MS];
/** The runs of a push are asked for within this time. */
const PUSH_SPREAD_MS = 4_000;
/** A run that follows another is only planned where the other is over by the end of the history. */
const FOLLOWS_WITHIN_MS = 2 * HOUR_MS;

/** Plans exactly so many runs, in the order of time. */
export function planRuns(catalogue: Repository[], calendar: Calendar, count: number, random: Random): PlannedRun[] {
  const { until } = calendar.span;
  const occasions = [...scheduled(catalogue, calendar, random)];
  for (const before of LAST_PUSHES_MS) occasions.push(pushOccasion(catalogue, until - before, calendar, random));
  let planned = occasions.reduce((sum, { runs }) => sum + runs.length, 0);
  if (planned > count) throw new RangeError(`${count} runs are fewer than the ${planned} that a clock sets off.`);
  while (planned < count) {
    const occasion = pushOccasion(catalogue, calendar.workTime(random), calendar, random);
    // What follows stands last, so that it goes before what it follows.
    occasion.runs.splice(count - planned);
    planned += occasion.runs.length;
    occasions.push(occasion);
  }
  return numbered(occasions, catalogue, random);
}

function* scheduled(catalogue: Repository[], calendar: Calendar, random: Random): Generator<Occasion> {
  for (const repository of catalogue) {
    for (const pipeline of repository.pipelines) {
      for (const { at, kind } of timesOf(pipeline, calendar, random)) {
        if (at < calendar.span.from || at >= calendar.span.until) continue;
        const outcome = drawOutcome(pipeline, kind, at, calendar, random);
        yield { at, repository, kind, runs: [{ pipeline, at, outcome }] };
      }
    }
  }
}

function* timesOf({ trigger }: Pipeline, calendar: Calendar, random: Random) {
  for (const day of calendar.days()) {
    if (trigger.on === 'schedule') {
      if (trigger.weekdays && !trigger.weekdays.includes(weekday(day))) continue;
      for (const hour of trigger.hours) {
        // Schedules start late where many ask for the full hour.
        const late = random.logNormal(40_000, 0.8);
        yield { at: day + hour * HOUR_MS + trigger.minute * MINUTE_MS + late, kind: trigger.on };
      }
    } else if (trigger.on === 'workflow_dispatch' || trigger.on === 'release') {
      if (!isWorkday(day)) continue;
      for (let left = trigger.perWorkday; left > 0; left--) {
        if (random.chance(left)) yield { at: day + random.between(8.5, 16.5) * HOUR_MS, kind: trigger.on };
      }
    }
  }
}

function pushOccasion(catalogue: Repository[], at: number, calendar: Calendar, random: Random): Occasion {
  const repository = random.pickWeighted(catalogue, ({ weight }) => weight);
  const kind = random.chance(MAIN_SHARE) ? 'main' : 'change';
  const runs: Occasion['runs'] = [];
  const run = (pipeline: Pipeline, when: number) => {
    const outcome = drawOutcome(pipeline, kind, when, calendar, random);
    const planned = { pipeline, at: when, outcome };
    runs.push(planned);
    return planned;
  };
  for (const pipeline of repository.pipelines) {
    const { trigger } = pipeline;
    const heard = trigger.on === 'push' || trigger.on === (kind === 'main' ? 'main' : 'pull_request');
    if (heard && random.chance(trigger.share)) {
      run(pipeline, Math.min(at + random.between(0, PUSH_SPREAD_MS), calendar.span.until));
    }
  }
  const [ci] = runs;
  if (kind === 'main' && ci?.outcome.status === 'succeeded' && at < calendar.span.until - FOLLOWS_WITHIN_MS) {
    for (const pipeline of repository.pipelines) {
      if (pipeline.trigger.on !== 'after_ci' || !random.chance(pipeline.trigger.share)) continue;
      Object.assign(run(pipeline, ci.at + ci.pipeline.minutes * MINUTE_MS), { after: ci });
    }
  }
  return { at, repository, kind, runs };
}

function numbered(occasions: Occasion[], catalogue: Repository[], random: Random): PlannedRun[] {
  const staff = people(STAFF, random);
  const books = new Map(
    catalogue.map((repository) => {
      const members = random.faker.helpers.arrayElements(staff, repository.people);
      return [repository, new ChangeBook(repository, members, random)] as const;
    }),
  );
  occasions.sort((a, b) => a.at - b.at);
  const plan = occasions.flatMap(({ repository, kind, runs }) => {
    const push = pushOf(kind, books.get(repository) as ChangeBook);
    // Kept as they are, so that `after` names one of the plan.
    return runs.map((run) => Object.assign(run as PlannedRun, { repository, push, trigger: triggerOf(kind, run) }));
  });
  plan.sort((a, b) => a.at - b.at);
  const numbers = new Map<Pipeline, number>();
  for (const [index, run] of plan.entries()) {
    run.index = index + 1;
    run.number = (numbers.get(run.pipeline) ?? Math.floor(random.between(100, 4000))) + 1;
    numbers.set(run.pipeline, run.number);
  }
  return plan;
}

function pushOf(kind: Occasion['kind'], book: ChangeBook): Push {
  switch (kind) {
    case 'change':
      return book.pushed();
    case 'main':
      return book.merged();
    case 'schedule':
      return book.main('Scheduled run', 'github-actions[bot]');
    case 'workflow_dispatch':
      return book.main('Started by hand');
    case 'release':
      return book.released();
  }
}

function triggerOf(kind: Occasion['kind'], { after }: Pick<PlannedRun, 'after'>): PlannedRun['trigger'] {
  if (after) return 'workflow_run';
  if (kind === 'change') return 'pull_request';
  return kind === 'main' ? 'push' : kind;
}
