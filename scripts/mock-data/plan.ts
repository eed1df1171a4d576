import { isWorkday, MINUTE_MS, HOUR_MS, weekday, type Calendar } from './calendar.js';
import type { Pipeline, Repository } from './catalogue.js';
import { ChangeBook, type Push } from './changes.js';
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
  /** As `weekOf` counts them. */
  week: number;
  /** Its place in the week's plan, from 1. */
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

/** Who works on what. */
export type Team = { repository: Repository; people: string[] }[];

const MAIN_SHARE = 0.3;
/** The runs of a push are asked for within this time. */
const PUSH_SPREAD_MS = 4_000;
/** Room for the numbers of a week's runs of a pipeline that people set off. */
const PUSHES_PER_WEEK = 200;
/** Of that, room for runs that are apart from the plan. */
const LAST_NUMBERS = 10;

/** Plans exactly so many runs for a week, in the order of time. */
export function planWeek(team: Team, calendar: Calendar, count: number, random: Random): PlannedRun[] {
  const occasions = [...scheduled(team, calendar, random)];
  let planned = occasions.length;
  if (planned > count) throw new RangeError(`${count} runs are fewer than the ${planned} that a clock sets off.`);
  while (planned < count) {
    const occasion = pushOccasion(team, calendar.workTime(random), calendar, random);
    // What follows stands last, so that it goes before what it follows.
    occasion.runs.splice(count - planned);
    planned += occasion.runs.length;
    occasions.push(occasion);
  }
  return numbered(occasions, team, calendar, random, (pipeline) => calendar.week * runsPerWeek(pipeline));
}

/** Plans the runs of pushes at given times, apart from those of the week. Their indexes begin at `firstIndex`. */
export function planPushes(
  team: Team,
  calendar: Calendar,
  times: number[],
  firstIndex: number,
  random: Random,
): PlannedRun[] {
  const occasions = times.map((at) => pushOccasion(team, at, calendar, random));
  for (const occasion of occasions) occasion.runs = occasion.runs.filter(({ after }) => !after);
  const runs = numbered(occasions, team, calendar, random, (pipeline) => {
    return (calendar.week + 1) * runsPerWeek(pipeline) - LAST_NUMBERS;
  });
  for (const run of runs) run.index += firstIndex - 1;
  return runs;
}

function* scheduled(team: Team, calendar: Calendar, random: Random): Generator<Occasion> {
  for (const { repository } of team) {
    for (const pipeline of repository.pipelines) {
      for (const { at, kind } of timesOf(pipeline, calendar, random)) {
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

function pushOccasion(team: Team, at: number, calendar: Calendar, random: Random): Occasion {
  const { repository } = random.pickWeighted(team, (member) => member.repository.weight);
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
    if (heard && random.chance(trigger.share)) run(pipeline, at + random.between(0, PUSH_SPREAD_MS));
  }
  const [ci] = runs;
  if (kind === 'main' && ci?.outcome.status === 'succeeded') {
    for (const pipeline of repository.pipelines) {
      if (pipeline.trigger.on !== 'after_ci' || !random.chance(pipeline.trigger.share)) continue;
      Object.assign(run(pipeline, ci.at + ci.pipeline.minutes * MINUTE_MS), { after: ci });
    }
  }
  return { at, repository, kind, runs };
}

function numbered(
  occasions: Occasion[],
  team: Team,
  calendar: Calendar,
  random: Random,
  numberBefore: (pipeline: Pipeline) => number,
): PlannedRun[] {
  const { week } = calendar;
  const books = new Map(
    team.map(({ repository, people }) => [repository, new ChangeBook(repository, people, week, random)] as const),
  );
  occasions.sort((a, b) => a.at - b.at);
  const plan = occasions.flatMap(({ repository, kind, runs }) => {
    const push = pushOf(kind, books.get(repository) as ChangeBook);
    // Kept as they are, so that `after` names one of the plan.
    return runs.map((run) =>
      Object.assign(run as PlannedRun, { repository, push, week, trigger: triggerOf(kind, run) }),
    );
  });
  plan.sort((a, b) => a.at - b.at);
  const numbers = new Map<Pipeline, number>();
  for (const [index, run] of plan.entries()) {
    run.index = index + 1;
    run.number = (numbers.get(run.pipeline) ?? numberBefore(run.pipeline)) + 1;
    numbers.set(run.pipeline, run.number);
  }
  return plan;
}

/** How many numbers a week takes: a week is planned without knowing how many runs the weeks before it had. */
function runsPerWeek({ trigger }: Pipeline): number {
  switch (trigger.on) {
    case 'schedule':
      return trigger.hours.length * (trigger.weekdays?.length ?? 7);
    case 'workflow_dispatch':
    case 'release':
      return Math.ceil(trigger.perWorkday) * 5;
    case 'push':
    case 'pull_request':
    case 'main':
    case 'after_ci':
      return PUSHES_PER_WEEK;
  }
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
