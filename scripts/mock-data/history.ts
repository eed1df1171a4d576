import { Calendar, HOUR_MS, MINUTE_MS, weekOf } from './calendar.js';
import { catalogue } from './catalogue.js';
import { people } from './changes.js';
import { planPushes, planWeek, type PlannedRun, type Team } from './plan.js';
import { Random } from './random.js';
import { recordsOf, type MockRecord } from './record.js';
import { attemptsOf, type Attempt } from './run.js';
import { Runners } from './runners.js';

/** So that the latest 20,000 are those of 90 days. */
const HISTORY_RUNS = 20_000;
const RUNS_PER_WEEK = Math.round((HISTORY_RUNS / 90) * 7);

const STAFF = 36;

/** Where fewer are under way at the end (at night, at weekends), somebody pushes so long before it. */
const MIN_UNDER_WAY = 4;
const LAST_PUSHES_MS = [5_000, 40_000, 3 * MINUTE_MS, 8 * MINUTE_MS];
const LAST_PUSHES_INDEX = 5_000;
const INDEXES_PER_HOUR = 25;

export interface History {
  runs: number;
  pipelines: number;
  repositories: number;
  /** The latest week first, and in it by time; made as they are asked for. */
  records(): Generator<MockRecord>;
}

interface Choice {
  seed: number;
  until: number;
  runs?: number;
}

interface Simulated {
  run: PlannedRun;
  attempts: Attempt[];
}

/**
 * The latest 20,000 runs up to `until` (ms since 1970) of a past that could have been: some 90 days. A seed has one past.
 * The same `until` gives the same records, and a later one gives them again with what happened since.
 */
export function mockHistory({ seed, until, runs = HISTORY_RUNS }: Choice): History {
  return {
    runs,
    pipelines: catalogue.reduce((sum, { pipelines }) => sum + pipelines.length, 0),
    repositories: catalogue.length,
    records: () => records({ seed, until, runs }),
  };
}

function* records({ seed, until, runs }: Required<Choice>): Generator<MockRecord> {
  const team = teamOf(new Random(seed));
  let missing = runs;
  for (let week = weekOf(until); missing > 0; week--) {
    const begun = simulateWeek(team, week, seed).filter((simulated) => queuedAt(simulated) <= until);
    if (week === weekOf(until) && countUnderWay(begun, until) < MIN_UNDER_WAY) {
      begun.push(...simulateLastPushes(team, seed, until).filter((simulated) => queuedAt(simulated) <= until));
    }
    begun.sort((a, b) => queuedAt(a) - queuedAt(b));
    const taken = begun.slice(-missing);
    missing -= taken.length;
    for (const { run, attempts } of taken) {
      for (const attempt of attempts) yield* recordsOf(run, attempt, seed, until);
    }
  }
}

/** The same people on the same repositories in every week of a seed. */
function teamOf(random: Random): Team {
  const staff = people(STAFF, random);
  return catalogue.map((repository) => ({
    repository,
    people: random.faker.helpers.arrayElements(staff, repository.people),
  }));
}

function simulateWeek(team: Team, week: number, seed: number): Simulated[] {
  const random = new Random(seed, week);
  const calendar = new Calendar(week);
  return simulate(planWeek(team, calendar, RUNS_PER_WEEK, random), calendar, random);
}

function simulateLastPushes(team: Team, seed: number, until: number): Simulated[] {
  const calendar = new Calendar(weekOf(until));
  const hour = Math.floor((until - calendar.span.from) / HOUR_MS);
  const random = new Random(seed, calendar.week, hour);
  const times = LAST_PUSHES_MS.map((before) => until - before);
  const plan = planPushes(team, calendar, times, LAST_PUSHES_INDEX + hour * INDEXES_PER_HOUR, random);
  return simulate(plan, calendar, random);
}

function simulate(plan: PlannedRun[], calendar: Calendar, random: Random): Simulated[] {
  const world = { calendar, random, runners: new Runners(calendar) };
  const finished = new Map<PlannedRun, number>();
  return plan.map((run) => {
    const at = run.after ? (finished.get(run.after) as number) + random.between(2_000, 9_000) : run.at;
    const attempts = attemptsOf(run, at, world);
    finished.set(run, (attempts.at(-1) as Attempt).finishedAt);
    return { run, attempts };
  });
}

const queuedAt = ({ attempts }: Simulated) => (attempts[0] as Attempt).queuedAt;

const countUnderWay = (simulated: Simulated[], until: number) =>
  simulated.filter(({ attempts }) => attempts.some((one) => one.queuedAt <= until && one.finishedAt > until)).length;
