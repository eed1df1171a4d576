import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Calendar, HOUR_MS, weekday, weekOf } from '../../scripts/mock-data/calendar.js';
import { catalogue } from '../../scripts/mock-data/catalogue.js';
import { mockHistory } from '../../scripts/mock-data/history.js';
import type { MockRecord } from '../../scripts/mock-data/record.js';
import { recordSchema } from '../src/features/records/record.schema.js';

const FRIDAY_NOON = Date.parse('2026-11-20T12:00:00Z');
const SUNDAY_NIGHT = Date.parse('2026-11-22T03:00:00Z');
/** Where the latest weeks tell enough. */
const FEW = 3_000;

interface Spanned {
  name?: string;
  status: string;
  queued_at?: string;
  started_at?: string;
  finished_at?: string;
}
interface Run extends Spanned {
  run_id: string;
  pipeline: string;
  repository: string;
  attempt: number;
  number: number;
  queued_at: string;
  jobs: (Spanned & { steps?: Spanned[] })[];
}
interface Deployment extends Spanned {
  run_id: string;
  pipeline: string;
  environment: string;
}

const historyOf = (seed: number, until: number, runs?: number) => [
  ...mockHistory({ seed, until, ...(runs && { runs }) }).records(),
];
const hashOf = (records: MockRecord[]) => createHash('sha256').update(JSON.stringify(records)).digest('hex');

const records = historyOf(42, FRIDAY_NOON);
const runs = records.filter(({ type }) => type === 'pipeline_run').map(({ data }) => data as unknown as Run);
const deployments = records
  .filter(({ type }) => type === 'deployment')
  .map(({ data }) => data as unknown as Deployment);
const firstAttempts = runs.filter(({ attempt }) => attempt === 1);
const unfinished = (all: Spanned[]) => all.filter(({ finished_at }) => finished_at === undefined);
const time = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

describe('the mock history', () => {
  it('is the same for the same seed and end, and another for another seed', () => {
    const [once, again, other] = [42, 42, 7].map((seed) => hashOf(historyOf(seed, FRIDAY_NOON, FEW)));

    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });

  it('has so many repositories, pipelines and runs, and more attempts than runs', () => {
    const names = new Set(runs.map(({ repository, pipeline }) => `${repository} ${pipeline}`));

    expect(new Set(runs.map(({ repository }) => repository)).size).toBe(12);
    expect(names.size).toBe(40);
    expect(new Set(runs.map(({ run_id }) => run_id)).size).toBe(20_000);
    expect(firstAttempts).toHaveLength(20_000);
    expect(runs.length).toBeGreaterThan(21_000);
    expect(runs.length).toBeLessThan(22_000);
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  });

  it('covers about 90 days', () => {
    const [first = 0, last = 0] = [records.at(-1), records[0]].map((record) => time(record?.data.queued_at as string));
    const earliest = firstAttempts.reduce((min, { queued_at }) => Math.min(min, Date.parse(queued_at)), FRIDAY_NOON);

    expect(first).toBeLessThan(last);
    expect((FRIDAY_NOON - earliest) / (24 * HOUR_MS)).toBeGreaterThan(87);
    expect((FRIDAY_NOON - earliest) / (24 * HOUR_MS)).toBeLessThan(93);
  });

  it('says only what the API takes', () => {
    const refused = records.flatMap((record) => recordSchema.safeParse(record).error?.issues ?? []);

    expect(refused).toEqual([]);
  });

  it('has 2 to 6 jobs in a pipeline, with 3 to 8 steps each', () => {
    for (const { jobs } of catalogue.flatMap(({ pipelines }) => pipelines)) {
      expect([2, 3, 4, 5, 6]).toContain(jobs.length);
      for (const { steps } of jobs) expect([3, 4, 5, 6, 7, 8]).toContain(steps.length);
    }
  });

  it('never ends anything before it began, nor after the end of the history', () => {
    const spans: Spanned[] = [
      ...runs,
      ...deployments,
      ...runs.flatMap(({ jobs }) => jobs),
      ...runs.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps ?? [])),
    ];
    const wrong = spans.filter((span) => {
      const times = [span.queued_at, span.started_at, span.finished_at].flatMap((text) => time(text) ?? []);
      return times.some((at, index) => at > FRIDAY_NOON || at < (times[index - 1] ?? 0));
    });

    expect(wrong).toEqual([]);
  });

  it('keeps jobs within their run, ends them with their steps, and puts attempts after each other', () => {
    const ends = new Map(runs.map((run) => [`${run.run_id} ${run.attempt}`, time(run.finished_at)]));
    const tooEarly = runs.filter(({ run_id, attempt, queued_at }) => {
      return attempt > 1 && !((ends.get(`${run_id} ${attempt - 1}`) ?? Infinity) < Date.parse(queued_at));
    });
    const outside = runs.filter(({ queued_at, finished_at, jobs }) => {
      const end = time(finished_at) ?? Infinity;
      return jobs.some((job) => (time(job.finished_at) ?? 0) > end || (job.queued_at ?? '') < queued_at);
    });

    const apart = runs
      .flatMap(({ jobs }) => jobs)
      .filter(({ finished_at, steps = [] }) => {
        const ends = steps.flatMap((step) => time(step.finished_at) ?? []);
        return finished_at !== undefined && ends.length > 0 && Math.max(...ends) !== time(finished_at);
      });

    expect(tooEarly).toEqual([]);
    expect(outside).toEqual([]);
    expect(apart).toEqual([]);
  });

  it('follows the working day and the week', () => {
    const pushes = firstAttempts.map(({ queued_at }) => Date.parse(queued_at));
    const onDay = (day: number) => pushes.filter((at) => weekday(at) === day).length;
    const atHour = (hour: number) => pushes.filter((at) => new Date(at).getUTCHours() === hour).length;

    expect(onDay(6)).toBeLessThan(onDay(3) / 4);
    expect(onDay(0)).toBeLessThan(onDay(3) / 4);
    expect(atHour(12)).toBeLessThan(atHour(10) * 0.8);
    expect(atHour(12)).toBeLessThan(atHour(14) * 0.8);
    expect(atHour(3)).toBeLessThan(atHour(10) / 3);
  });

  it('lets nothing start in an outage, and makes what was asked for then wait', () => {
    const weeks = Array.from({ length: 13 }, (_, index) => new Calendar(weekOf(FRIDAY_NOON) - index));
    const outages = weeks.flatMap((calendar) => calendar.outage ?? []);
    const within = (text: string | undefined) =>
      outages.some(({ from, until }) => (time(text) ?? 0) >= from && (time(text) ?? 0) < until);
    const asked = firstAttempts.filter(({ queued_at, status }) => within(queued_at) && status === 'succeeded');
    const waits = asked.map((run) => (time(run.started_at) ?? 0) - (time(run.queued_at) ?? 0)).sort((a, b) => a - b);

    expect(runs.filter(({ started_at }) => within(started_at))).toEqual([]);
    expect(asked.length).toBeGreaterThan(20);
    expect(waits[Math.floor(waits.length / 2)]).toBeGreaterThan(HOUR_MS);
  });

  it('has runs of every end, and pipelines that heal when tried again', () => {
    const counts = Map.groupBy(firstAttempts, ({ status }) => status);
    const share = (status: string) => (counts.get(status)?.length ?? 0) / firstAttempts.length;
    const healed = runs.filter(({ attempt, status }) => attempt > 1 && status === 'succeeded');

    expect(share('succeeded')).toBeGreaterThan(0.75);
    expect(share('failed')).toBeGreaterThan(0.05);
    for (const status of ['cancelled', 'skipped', 'timed_out']) expect(share(status)).toBeGreaterThan(0.001);
    expect(healed.length).toBeGreaterThan(500);
  });

  it('links each deployment to the run that made it', () => {
    const known = new Set(runs.map(({ run_id, pipeline }) => `${run_id} ${pipeline}`));

    expect(deployments.length).toBeGreaterThan(1000);
    expect(new Set(deployments.map(({ environment }) => environment))).toEqual(new Set(['staging', 'production']));
    expect(deployments.filter(({ run_id, pipeline }) => !known.has(`${run_id} ${pipeline}`))).toEqual([]);
  });

  it('has something under way at its end, even on a Sunday night', () => {
    const onSunday = historyOf(42, SUNDAY_NIGHT, FEW).filter(({ type }) => type === 'pipeline_run');

    expect(unfinished(runs).length).toBeGreaterThanOrEqual(4);
    expect(unfinished(onSunday.map(({ data }) => data as unknown as Run)).length).toBeGreaterThanOrEqual(4);
  });

  it('says the same of the same when it is made later, and how what was under way ended', () => {
    const records = historyOf(42, FRIDAY_NOON, FEW);
    const later = new Map(historyOf(42, FRIDAY_NOON + 5 * HOUR_MS, FEW).map((record) => [record.id, record]));
    const ended = new Set([...later.values()].map(({ data }) => `${data.run_id} ${data.attempt}`));
    const known = records.filter(({ id }) => later.has(id));

    expect(known.length).toBeGreaterThan(records.length * 0.9);
    expect(known.map(({ id }) => later.get(id))).toEqual(known);
    for (const { run_id, attempt } of unfinished(runs) as Run[]) expect(ended).toContain(`${run_id} ${attempt}`);
    expect(unfinished(known.map(({ data }) => data as unknown as Run))).toEqual([]);
  });
});
