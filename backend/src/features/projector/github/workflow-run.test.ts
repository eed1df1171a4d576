import { describe, expect, it } from '@jest/globals';
import { examplesOf, type Payload } from '../../../../test/github-examples.js';
import type { PipelineFact, PipelineRunFact } from '../fact.js';
import { workflowRunFacts } from './workflow-run.js';

const example = (run: Payload = {}, rest: Payload = {}) => {
  const payload = examplesOf('workflow_run').find(({ workflow_run: { status } }) => status === 'completed');
  return { ...payload, ...rest, workflow_run: { ...payload.workflow_run, ...run } };
};
const read = (payload: Payload) => {
  const [, pipeline, run] = workflowRunFacts(payload) as [unknown, PipelineFact, PipelineRunFact];
  return { pipeline, run };
};

it.each([
  ['queued', null, 'queued'],
  ['requested', null, 'queued'],
  ['pending', null, 'queued'],
  ['waiting', null, 'waiting'],
  ['in_progress', null, 'running'],
  ['completed', 'success', 'succeeded'],
  ['completed', 'failure', 'failed'],
  ['completed', 'startup_failure', 'failed'],
  ['completed', 'cancelled', 'cancelled'],
  ['completed', 'stale', 'cancelled'],
  ['completed', 'skipped', 'skipped'],
  ['completed', 'timed_out', 'timed_out'],
  ['completed', 'action_required', 'action_required'],
  ['completed', 'neutral', 'neutral'],
  ['completed', 'not yet invented', 'neutral'],
  ['completed', null, 'neutral'],
])('reads %s with conclusion %s as %s', (status, conclusion, expected) => {
  const { run } = read(example({ status, conclusion }));

  const over = status === 'completed';
  expect(run.status).toBe(expected);
  expect(run.startedAt !== undefined).toBe(over || expected === 'running');
  expect(run.finishedAt !== undefined).toBe(over);
});

it('refuses a status that it does not know', () => {
  expect(() => read(example({ status: 'dreaming' }))).toThrow(
    'workflow_run.status: expected a status of GitHub Actions',
  );
});

it('queues a later attempt when it was asked for, not when the run was created', () => {
  const { run } = read(
    example({ run_attempt: 2, created_at: '2026-01-01T00:00:00Z', run_started_at: '2026-01-02T00:00:00+01:00' }),
  );

  expect(run).toMatchObject({ attempt: 2, queuedAt: new Date('2026-01-01T23:00:00Z') });
});

it('names the one who asked for this attempt before the one who caused the run', () => {
  expect(read(example({ actor: { login: 'a' }, triggering_actor: { login: 'b' } })).run.actor).toBe('b');
  expect(read(example({ actor: { login: 'a' }, triggering_actor: null })).run.actor).toBe('a');
  expect(read(example({ actor: null, triggering_actor: null })).run.actor).toBeUndefined();
});

it('takes the title from the commit where the run has none', () => {
  const untitled = { display_title: undefined };

  expect(read(example({ ...untitled, head_commit: { message: 'First\r\n\r\nrest' } })).run.title).toBe('First');
  expect(read(example({ ...untitled, head_commit: { message: '' } })).run.title).toBeUndefined();
  expect(read(example({ ...untitled, head_commit: null })).run.title).toBeUndefined();
});

describe('the pipeline', () => {
  it.each([
    ['.github/workflows/ci.yml', '.github/workflows/ci.yml'],
    ['.github/workflows/ci.yml@refs/heads/main', '.github/workflows/ci.yml'],
    ['.github/workflows/ci.yaml@feature@2', '.github/workflows/ci.yaml'],
    ['.github/workflows/me@home.yml', '.github/workflows/me@home.yml'],
    ['dynamic/pages/pages-build-deployment', 'dynamic/pages/pages-build-deployment'],
  ])('defined at %s is the file %s', (path, definition) => {
    expect(read(example({ path })).pipeline.definition).toBe(definition);
  });

  it('goes by the name of the workflow, of the run, of the file, then by its number', () => {
    const path = '.github/workflows/ci.yml';

    expect(read(example({ name: 'run' }, { workflow: { name: 'workflow' } })).pipeline.name).toBe('workflow');
    expect(read(example({ name: 'run' }, { workflow: null })).pipeline.name).toBe('run');
    expect(read(example({ name: null, path }, { workflow: null })).pipeline.name).toBe(path);
    expect(read(example({ name: null, path: null, workflow_id: 7 }, { workflow: null })).pipeline.name).toBe(
      'workflow 7',
    );
  });
});
