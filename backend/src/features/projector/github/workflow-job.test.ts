import { expect, it } from '@jest/globals';
import { examplesOf, type Payload } from '../../../../test/github-examples.js';
import type { PipelineRunFact, TaskRunFact } from '../fact.js';
import { workflowJobFacts } from './workflow-job.js';

const read = (job: Payload) => {
  const payload = examplesOf('workflow_job').find(({ action }) => action === 'completed');
  const facts = workflowJobFacts({ ...payload, workflow_job: { ...payload.workflow_job, ...job } });
  const [, run, task] = facts as [unknown, PipelineRunFact, TaskRunFact];
  return { run, task };
};

const times = {
  created_at: '2026-01-01T00:00:00Z',
  started_at: '2026-01-01T00:00:10Z',
  completed_at: '2026-01-01T00:01:00Z',
};
const startedAt = new Date(times.started_at);
const nobody = { runner_id: null, runner_name: null, runner_group_name: null, steps: [] };

it.each([
  ['skipped', { ...nobody, conclusion: 'skipped' }],
  ['cancelled while queued', { ...nobody, conclusion: 'cancelled' }],
  ['never given a runner', { ...nobody, conclusion: 'failure', runner_id: 0, runner_name: '', runner_group_name: '' }],
])('does not start a job that was %s', (_name, job) => {
  const { run, task } = read({ ...times, ...job, status: 'completed' });

  expect(task).toMatchObject({ startedAt: undefined, finishedAt: new Date(times.completed_at) });
  expect([run.status, run.startedAt, run.finishedAt]).toEqual(['running', undefined, undefined]);
});

it.each([
  ['the id of its runner', { ...nobody, runner_id: 5 }],
  ['the name of its runner', { ...nobody, runner_name: 'runner-1' }],
  ['its steps', { ...nobody, steps: [{ name: 'Set up job', number: 1, status: 'completed', conclusion: 'success' }] }],
])('knows from %s that a completed job ran', (_name, job) => {
  const { run, task } = read({ ...times, ...job, status: 'completed', conclusion: 'cancelled' });

  expect([task.startedAt, run.startedAt]).toEqual([startedAt, startedAt]);
});

it.each(['queued', 'waiting'])('does not believe the start of a job that is %s', (status) => {
  const { run, task } = read({ ...times, completed_at: null, status, conclusion: null });

  expect(task).toMatchObject({ status, startedAt: undefined, finishedAt: undefined });
  expect(run).toMatchObject({ status, startedAt: undefined });
});

it('starts a job in progress', () => {
  const { run, task } = read({ ...times, ...nobody, completed_at: null, status: 'in_progress', conclusion: null });

  expect(task).toMatchObject({ status: 'running', startedAt, at: startedAt });
  expect(run).toMatchObject({ status: 'running', startedAt, at: startedAt });
});

it.each(['success', 'failure', 'cancelled', 'timed_out'])(
  'never finishes the run of a job that ended in %s',
  (conclusion) => {
    const { run } = read({ ...times, status: 'completed', conclusion });

    expect([run.status, run.finishedAt]).toEqual(['running', undefined]);
  },
);

it('is of the time of its newest step where that is later than its own', () => {
  const steps = [
    { name: 'a', number: 1, status: 'completed', conclusion: 'success', completed_at: '2026-01-01T00:05:00Z' },
    { name: 'b', number: 2, status: 'in_progress', conclusion: null, started_at: '2026-01-01T00:04:00Z' },
  ];

  expect(read({ ...times, steps, completed_at: null }).task.at).toEqual(new Date('2026-01-01T00:05:00Z'));
  expect(read({ ...times, completed_at: '2026-01-01T00:06:00Z', steps }).task.at).toEqual(
    new Date('2026-01-01T00:06:00Z'),
  );
});

it('reads the steps as far as they are known', () => {
  const { task } = read({
    ...times,
    steps: [{ name: 'later', number: 3, status: 'queued', conclusion: null, started_at: null, completed_at: null }],
  });

  expect(task.steps).toEqual([
    { number: 3, name: 'later', status: 'queued', startedAt: undefined, finishedAt: undefined },
  ]);
});

it('refuses a job without any time', () => {
  expect(() => read({ created_at: null, started_at: null, completed_at: null })).toThrow(
    'workflow_job.created_at: expected a time',
  );
});
