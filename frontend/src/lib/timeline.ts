import type { Attempt, Job, Status } from './api/client.ts';
import { isActive } from './status.ts';
import { formatTick, secondsBetween, ticks } from './time.ts';

/** A stretch of the axis; both figures are percentages of it. */
export interface Span {
  start: number;
  width: number;
}

export interface TimelineStep {
  number: number;
  name: string;
  status: Status;
  /** Null when the step took no time: skipped, or not begun. */
  span: Span | null;
  seconds: number | null;
}

export interface TimelineRow {
  job: Job;
  queue: Span | null;
  run: Span | null;
  queueSeconds: number | null;
  runSeconds: number | null;
  steps: TimelineStep[];
}

export interface Timeline {
  /** The length of the axis, in seconds. */
  seconds: number;
  ticks: { at: number; label: string }[];
  rows: TimelineRow[];
}

interface Timed {
  status: Status;
  startedAt: string | null;
  finishedAt: string | null;
  durationSeconds: number | null;
}

const MOST_TICKS = 7;

/**
 * Lays the jobs of one attempt along an axis that begins with the first thing known of the attempt.
 * What is not finished reaches to `now`, in milliseconds since the epoch. Rows are in order of start.
 */
export function layOutAttempt(attempt: Attempt | undefined, jobs: Job[], now: number): Timeline {
  const rows = jobs.filter((job) => !attempt || job.attempt === attempt.attempt).sort(byStart);
  const instants = [attempt?.startedAt, ...rows.flatMap((job) => [job.queuedAt, job.startedAt])].filter(isInstant);
  const origin = instants.length > 0 ? Math.min(...instants.map(toMilliseconds)) : now;
  const ends = [attempt?.finishedAt, ...rows.map((job) => job.finishedAt)].filter(isInstant).map(toMilliseconds);
  if (rows.some((job) => isActive(job.status)) || ends.length === 0) ends.push(now);
  const end = Math.max(...ends, origin + 1000);

  const seconds = (end - origin) / 1000;
  const span = (from: string, to: string | number): Span | null => {
    const start = Math.max(0, toMilliseconds(from) - origin);
    const width = Math.min(end, toMilliseconds(to)) - origin - start;
    return width > 0 ? { start: start / 10 / seconds, width: width / 10 / seconds } : null;
  };
  const endOf = ({ status, finishedAt, startedAt }: Timed) => finishedAt ?? (isActive(status) ? now : startedAt);
  const spanOf = (timed: Timed) => {
    const until = endOf(timed);
    return timed.startedAt !== null && until !== null ? span(timed.startedAt, until) : null;
  };

  return {
    seconds,
    ticks: ticks(seconds, MOST_TICKS).map((at) => ({ at: (at / seconds) * 100, label: formatTick(at) })),
    rows: rows.map((job) => {
      const leftQueue = job.startedAt ?? job.finishedAt ?? (isActive(job.status) ? now : null);
      return {
        job,
        queue: job.queuedAt !== null && leftQueue !== null ? span(job.queuedAt, leftQueue) : null,
        run: spanOf(job),
        queueSeconds: job.queueSeconds ?? (job.queuedAt && leftQueue ? secondsBetween(job.queuedAt, leftQueue) : null),
        runSeconds: elapsedSeconds(job, now),
        steps: job.steps.map((step) => ({
          number: step.number,
          name: step.name,
          status: step.status,
          span: spanOf(step),
          seconds: elapsedSeconds(step, now),
        })),
      };
    }),
  };
}

/** The duration when it is known, the time since the start while there is none; null when nothing has begun. */
export function elapsedSeconds(timed: Timed, now: number): number | null {
  if (timed.durationSeconds !== null) return timed.durationSeconds;
  if (timed.startedAt === null) return null;
  if (timed.finishedAt !== null) return secondsBetween(timed.startedAt, timed.finishedAt);
  return isActive(timed.status) ? secondsBetween(timed.startedAt, now) : null;
}

const toMilliseconds = (instant: string | number): number => new Date(instant).getTime();

const isInstant = (instant: string | null | undefined): instant is string => typeof instant === 'string';

/** What has begun in order of start, then what still waits. */
function byStart(a: Job, b: Job): number {
  if ((a.startedAt === null) !== (b.startedAt === null)) return a.startedAt === null ? 1 : -1;
  const since = (job: Job) => toMilliseconds(job.startedAt ?? job.queuedAt ?? 0);
  return since(a) - since(b) || a.name.localeCompare(b.name);
}
