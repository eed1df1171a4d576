import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Attempt, Job } from './api/client.ts';
import { elapsedSeconds, layOutAttempt } from './timeline.ts';

const START = Date.parse('2026-11-20T12:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const attempt = (fields: Partial<Attempt> = {}): Attempt => ({
  attempt: 1,
  status: 'running',
  queuedAt: null,
  startedAt: at(0),
  finishedAt: null,
  queueSeconds: null,
  durationSeconds: null,
  url: null,
  ...fields,
});

const job = (name: string, fields: Partial<Job> = {}): Job => ({
  id: name,
  attempt: 1,
  name,
  status: 'succeeded',
  runnerLabels: [],
  runnerName: null,
  runnerGroup: null,
  url: null,
  queuedAt: null,
  startedAt: null,
  finishedAt: null,
  queueSeconds: null,
  durationSeconds: null,
  steps: [],
  ...fields,
});

describe('the layout of an attempt', () => {
  it('places the queue before the run, on an axis from the start to the last finish', () => {
    const build = job('build', { queuedAt: at(0), startedAt: at(25), finishedAt: at(100) });

    const { seconds, rows } = layOutAttempt(
      attempt({ status: 'succeeded', finishedAt: at(100) }),
      [build],
      START + 9e9,
    );

    assert.equal(seconds, 100);
    assert.deepEqual(rows[0]?.queue, { start: 0, width: 25 });
    assert.deepEqual(rows[0]?.run, { start: 25, width: 75 });
    assert.equal(rows[0]?.queueSeconds, 25);
  });

  it('lets what runs reach to the present', () => {
    const build = job('build', { status: 'running', startedAt: at(0) });

    const { seconds, rows } = layOutAttempt(attempt(), [build], START + 40_000);

    assert.equal(seconds, 40);
    assert.deepEqual(rows[0]?.run, { start: 0, width: 100 });
    assert.equal(rows[0]?.runSeconds, 40);
  });

  it('shows the jobs of its own attempt, the started ones first and in order of start', () => {
    const jobs = [
      job('waits', { status: 'queued', queuedAt: at(1) }),
      job('second', { startedAt: at(20), finishedAt: at(30) }),
      job('first', { startedAt: at(10), finishedAt: at(30) }),
      job('earlier attempt', { attempt: 0, startedAt: at(-500), finishedAt: at(-400) }),
    ];

    const { rows } = layOutAttempt(attempt(), jobs, START + 60_000);

    assert.deepEqual(
      rows.map((row) => row.job.name),
      ['first', 'second', 'waits'],
    );
  });

  it('draws nothing for a step that took no time', () => {
    const skipped = {
      number: 1,
      name: 'deploy',
      status: 'skipped',
      startedAt: at(5),
      finishedAt: at(5),
      durationSeconds: 0,
    } as const;
    const release = job('release', { startedAt: at(0), finishedAt: at(10), steps: [skipped] });

    const { rows } = layOutAttempt(attempt(), [release], START + 10_000);

    assert.equal(rows[0]?.steps[0]?.span, null);
  });

  it('keeps every bar on the axis when a clock runs ahead', () => {
    const build = job('build', { status: 'running', startedAt: at(30) });

    const { seconds, rows } = layOutAttempt(attempt({ startedAt: at(30) }), [build], START);

    assert.equal(seconds, 1);
    assert.equal(rows[0]?.run, null);
    assert.equal(rows[0]?.runSeconds, 0);
  });

  it('has an axis even when nothing is known', () => {
    const { seconds, rows } = layOutAttempt(undefined, [], START);

    assert.deepEqual({ seconds, rows }, { seconds: 1, rows: [] });
  });
});

it('does not count on for a run that was cancelled without an end', () => {
  const cancelled = { status: 'cancelled', startedAt: at(0), finishedAt: null, durationSeconds: null } as const;

  assert.equal(elapsedSeconds(cancelled, START + 60_000), null);
});
