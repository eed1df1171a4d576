import { HOUR_MS, MINUTE_MS, type Calendar } from './calendar.js';
import { drawRetry, type Outcome } from './outcome.js';
import type { PlannedRun } from './plan.js';
import type { Random } from './random.js';
import type { Runners } from './runners.js';
import type { JobTemplate } from './workflows.js';

type Ended = Outcome['status'];

/** Times are milliseconds since 1970. What never started has no start; a skipped step has no times at all. */
export interface Step {
  name: string;
  status: Ended;
  startedAt?: number;
  finishedAt?: number;
}

export interface Job {
  template: JobTemplate;
  status: Ended;
  labels: string[];
  runner?: string;
  queuedAt: number;
  startedAt?: number;
  finishedAt: number;
  steps: Step[];
}

export interface Attempt {
  attempt: number;
  status: Ended;
  queuedAt: number;
  startedAt?: number;
  finishedAt: number;
  jobs: Job[];
}

interface World {
  calendar: Calendar;
  runners: Runners;
  random: Random;
}

const RUN_SIGMA = 0.2;
const JOB_SIGMA = 0.1;
/** The limit that a run that times out has reached, in its usual times. */
const TIMES_OUT_AFTER = 5;

/** All attempts of a run, each asked for some time after the one before ended. */
export function attemptsOf(run: PlannedRun, at: number, world: World): Attempt[] {
  const attempts: Attempt[] = [];
  let [outcome, queuedAt]: [Outcome | undefined, number] = [run.outcome, at];
  while (outcome) {
    const attempt = attemptOf(run, attempts.length + 1, queuedAt, outcome, world);
    attempts.push(attempt);
    outcome = drawRetry(outcome, attempt.attempt, world.random);
    queuedAt = attempt.finishedAt + Math.min(world.random.logNormal(9 * MINUTE_MS, 1), 8 * HOUR_MS);
  }
  return attempts;
}

function attemptOf(run: PlannedRun, attempt: number, queuedAt: number, { status }: Outcome, world: World): Attempt {
  if (status === 'skipped') return skippedAttempt(run, attempt, queuedAt, world);
  const jobs = jobsOf(run, queuedAt, status, world);
  if (status === 'cancelled') cancel(jobs, queuedAt, world.random);
  const starts = jobs.flatMap(({ startedAt }) => startedAt ?? []);
  const finishedAt = Math.max(...jobs.map((job) => job.finishedAt)) + world.random.between(500, 3_000);
  return {
    attempt,
    status,
    queuedAt,
    ...(starts.length > 0 && { startedAt: Math.min(...starts) }),
    finishedAt,
    jobs,
  };
}

function jobsOf({ pipeline }: PlannedRun, queuedAt: number, status: Ended, world: World): Job[] {
  const { random, calendar, runners } = world;
  const drift = 1 + pipeline.drift * calendar.drifted;
  const usual = pipeline.minutes * MINUTE_MS * drift * random.logNormal(1, RUN_SIGMA);
  const faulty =
    status === 'failed' || status === 'timed_out'
      ? random.pickWeighted(pipeline.jobs, ({ share }) => share)
      : undefined;
  const jobs: Job[] = [];
  let stageAt = queuedAt;
  for (const stage of [...new Set(pipeline.jobs.map((template) => template.stage))].sort((a, b) => a - b)) {
    const askedAt = stageAt + random.between(300, 2_500);
    for (const template of pipeline.jobs.filter((candidate) => candidate.stage === stage)) {
      if (faulty && stage > faulty.stage) {
        jobs.push(neverStarted(template, 'skipped', stageAt, stageAt, runners));
        continue;
      }
      const startedAt = runners.startTime(template.pool, askedAt, random);
      const length = usual * template.share * random.logNormal(1, JOB_SIGMA);
      jobs.push(ranJob(template, askedAt, startedAt, length, template === faulty ? status : 'succeeded', world));
    }
    if (!faulty || stage <= faulty.stage) stageAt = Math.max(...jobs.map((job) => job.finishedAt));
  }
  return jobs;
}

function ranJob(
  template: JobTemplate,
  queuedAt: number,
  startedAt: number,
  length: number,
  status: Ended,
  { random, runners }: World,
): Job {
  const parts = template.steps.map((_, index) => (index === 0 ? 0.4 : index ** 2 * random.between(0.6, 1.4)));
  parts[parts.length - 1] = 0.2;
  const whole = parts.reduce((sum, part) => sum + part, 0);
  // Set-up and completion hardly ever fail, the longest of the others most often.
  const workSteps = template.steps.map((_, index) => index).slice(1, -1);
  const faulty = status === 'succeeded' ? -1 : random.pickWeighted(workSteps, (index) => parts[index] as number);
  const steps: Step[] = [];
  let at = startedAt;
  for (const [index, name] of template.steps.entries()) {
    const last = index === template.steps.length - 1;
    if (faulty >= 0 && index > faulty && !last) {
      steps.push({ name, status: 'skipped' });
      continue;
    }
    let stepLength = (length * (parts[index] as number)) / whole;
    if (index === faulty) stepLength *= status === 'timed_out' ? TIMES_OUT_AFTER : random.between(0.3, 1.05);
    steps.push({ name, status: index === faulty ? status : 'succeeded', startedAt: at, finishedAt: at + stepLength });
    at += stepLength;
  }
  const runner = runners.runnerName(template.pool, random);
  return {
    template,
    status,
    labels: runners.labels(template.pool),
    runner,
    queuedAt,
    startedAt,
    finishedAt: at,
    steps,
  };
}

function neverStarted(
  template: JobTemplate,
  status: Ended,
  queuedAt: number,
  finishedAt: number,
  runners: Runners,
): Job {
  return { template, status, labels: runners.labels(template.pool), queuedAt, finishedAt, steps: [] };
}

function skippedAttempt({ pipeline }: PlannedRun, attempt: number, queuedAt: number, world: World): Attempt {
  const finishedAt = queuedAt + world.random.between(1_000, 3_000);
  const jobs = pipeline.jobs.map((template) => neverStarted(template, 'skipped', queuedAt, finishedAt, world.runners));
  return { attempt, status: 'skipped', queuedAt, finishedAt, jobs };
}

/** Stops what is under way at some moment before the end; what had not started never does. */
function cancel(jobs: Job[], queuedAt: number, random: Random): void {
  const end = Math.max(...jobs.map((job) => job.finishedAt));
  const at = queuedAt + (end - queuedAt) * random.between(0.05, 0.9);
  for (const job of jobs) {
    if (job.finishedAt <= at) continue;
    job.status = 'cancelled';
    job.finishedAt = at;
    job.queuedAt = Math.min(job.queuedAt, at);
    if (job.startedAt !== undefined && job.startedAt <= at) {
      job.steps = job.steps.map((step) => cancelStep(step, at));
    } else {
      delete job.startedAt;
      delete job.runner;
      job.steps = [];
    }
  }
}

function cancelStep(step: Step, at: number): Step {
  if (step.startedAt === undefined || step.startedAt > at) return { name: step.name, status: 'skipped' };
  return (step.finishedAt as number) <= at ? step : { ...step, status: 'cancelled', finishedAt: at };
}
