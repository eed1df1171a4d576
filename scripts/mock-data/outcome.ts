import { DAY_MS, isTurn, type Calendar } from './calendar.js';
import type { Pipeline } from './catalogue.js';
import type { Random } from './random.js';

/** How an attempt ends. A flaky failure is nobody's fault: another try helps. */
export interface Outcome {
  status: 'succeeded' | 'failed' | 'cancelled' | 'skipped' | 'timed_out';
  flaky: boolean;
}

const BROKEN_FAILING = 0.94;
const TIMED_OUT = 0.006;
/** A newer push to the same branch cancels the run, or nothing that the run looks at was changed. */
const CANCELLED_ON_CHANGE = 0.045;
const SKIPPED_ON_CHANGE = 0.02;
const CANCELLED_ELSEWHERE = 0.006;
/** Work of others that is merged has passed once. */
const FAILING_ON_MAIN = 0.55;
const MAX_ATTEMPTS = 4;

const ended = (status: Outcome['status'], flaky = false): Outcome => ({ status, flaky });

/** Of a first attempt. */
export function drawOutcome(
  pipeline: Pipeline,
  kind: string,
  at: number,
  calendar: Pick<Calendar, 'span' | 'week'>,
  random: Random,
): Outcome {
  const onChange = kind === 'change';
  if (onChange && random.chance(SKIPPED_ON_CHANGE)) return ended('skipped');
  if (random.chance(onChange ? CANCELLED_ON_CHANGE : CANCELLED_ELSEWHERE)) return ended('cancelled');
  if (random.chance(TIMED_OUT)) return ended('timed_out', true);
  if (isBroken(pipeline, at, calendar)) return random.chance(BROKEN_FAILING) ? ended('failed') : ended('succeeded');
  if (random.chance(pipeline.flaky)) return ended('failed', true);
  return ended(random.chance(pipeline.failing * (onChange ? 1 : FAILING_ON_MAIN)) ? 'failed' : 'succeeded');
}

/** Of the attempt after one that ended so; undefined where nobody tries again. */
export function drawRetry({ status, flaky }: Outcome, attempt: number, random: Random): Outcome | undefined {
  if (attempt >= MAX_ATTEMPTS || (status !== 'failed' && status !== 'timed_out')) return undefined;
  if (!random.chance(flaky ? 0.85 : 0.4)) return undefined;
  return random.chance(flaky ? 0.88 : 0.1) ? ended('succeeded') : ended('failed', flaky);
}

function isBroken({ broken }: Pipeline, at: number, { span, week }: Pick<Calendar, 'span' | 'week'>): boolean {
  if (!broken || !isTurn(week, broken)) return false;
  const day = (at - span.from) / DAY_MS;
  return day >= broken.fromDay && day < broken.untilDay;
}
