import { expect, it } from '@jest/globals';
import { examplesOf, type Payload } from '../../../../test/github-examples.js';
import type { PipelineFact, PipelineRunFact } from '../fact.js';
import { checkRunFacts } from './check-run.js';

const read = (check: Payload, repository: Payload = {}) => {
  const payload = examplesOf('check_run').find(({ check_run: { app } }) => app.slug === 'electron-cation');
  const event = {
    repository: { ...payload.repository, id: 1, ...repository },
    check_run: { ...payload.check_run, id: 9, name: 'lint', ...check },
  };
  const facts = checkRunFacts(event);
  return {
    pipeline: facts.find((fact): fact is PipelineFact => fact.subject === 'pipeline'),
    run: facts.find((fact): fact is PipelineRunFact => fact.subject === 'pipelineRun'),
  };
};

it('leaves the checks of GitHub Actions to workflow_job', () => {
  expect(read({ app: { id: 15368, slug: 'github-actions' } })).toEqual({ pipeline: undefined, run: undefined });
});

it('names the pipeline after the app and the check', () => {
  expect(read({ app: { id: 7, slug: 'ci', name: 'CI' } }).pipeline).toMatchObject({
    pipeline: 'check:1:7:lint',
    name: 'CI / lint',
  });
  expect(read({ app: { slug: 'ci', name: null } }).pipeline).toMatchObject({
    pipeline: 'check:1:ci:lint',
    name: 'lint',
  });
});

it('keeps apart what one app checks in two repositories', () => {
  expect(read({}, { id: 1 }).pipeline?.pipeline).not.toBe(read({}, { id: 2 }).pipeline?.pipeline);
});

it('has a run of no known pipeline once the app is deleted', () => {
  const { pipeline, run } = read({ app: null });

  expect(pipeline).toBeUndefined();
  expect(run).toMatchObject({ run: 'check:9', pipeline: undefined });
});

it('takes the start of a check that waits for the time it was asked for', () => {
  const asked = '2026-01-01T00:00:00Z';

  expect(read({ status: 'queued', started_at: asked }).run).toMatchObject({
    queuedAt: new Date(asked),
    startedAt: undefined,
  });
  expect(read({ status: 'in_progress', started_at: asked }).run).toMatchObject({
    queuedAt: undefined,
    startedAt: new Date(asked),
  });
});

it('is of the time of its end once it has one', () => {
  const times = { started_at: '2026-01-01T00:00:00Z', completed_at: '2026-01-01T00:01:00Z' };

  expect(read({ ...times, status: 'completed', conclusion: 'success' }).run).toMatchObject({
    startedAt: new Date(times.started_at),
    finishedAt: new Date(times.completed_at),
    at: new Date(times.completed_at),
  });
});

it('links to the details where it has no page of its own', () => {
  const details_url = 'https://ci.example/9';

  expect(read({ html_url: null, details_url }).run?.url).toBe(details_url);
  expect(read({ html_url: null, details_url: 'javascript:alert(1)' }).run?.url).toBeUndefined();
});

it('is of the time of its suite where it has none, and refused where that has none', () => {
  const timeless = { started_at: null, completed_at: null };
  const created_at = '2026-01-01T00:00:00Z';

  expect(read({ ...timeless, check_suite: { created_at } }).run?.at).toEqual(new Date(created_at));
  expect(() => read({ ...timeless, check_suite: null })).toThrow('check_run.started_at: expected a time');
});
