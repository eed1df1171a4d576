import { expect, it } from '@jest/globals';
import { examplesOf, type Payload } from '../../../../test/github-examples.js';
import type { DeploymentFact } from '../fact.js';
import { deploymentStatusFacts } from './deployment.js';

const said = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
const then = new Date(said.created_at);

const read = (status: Payload) => {
  const [payload] = examplesOf('deployment_status');
  const event = { ...payload, deployment_status: { ...payload.deployment_status, ...said, ...status } };
  return deploymentStatusFacts(event)[1] as DeploymentFact;
};

it.each([
  ['queued', { status: 'queued' }],
  ['pending', { status: 'queued' }],
  ['waiting', { status: 'waiting' }],
  ['in_progress', { status: 'running', startedAt: then }],
  ['success', { status: 'succeeded', finishedAt: then }],
  ['failure', { status: 'failed', finishedAt: then }],
  ['error', { status: 'failed', finishedAt: then }],
  ['inactive', { supersededAt: then }],
  ['not yet invented', {}],
])('reads %s as %j', (state, expected) => {
  const { status, startedAt, finishedAt, supersededAt } = read({ state });

  expect({ status, startedAt, finishedAt, supersededAt }).toEqual(expected);
});

it('is of the later of its two times', () => {
  expect(read({ updated_at: '2026-01-01T00:00:09Z' }).at).toEqual(new Date('2026-01-01T00:00:09Z'));
  expect(read({ updated_at: '2025-12-31T00:00:00Z' }).at).toEqual(then);
  expect(read({ updated_at: null }).at).toEqual(then);
});

it('links to the environment and to the log, by either of its names', () => {
  const links = { log_url: 'https://ci.example/log', target_url: 'https://ci.example/target' };

  expect(read({ ...links, environment_url: 'https://shop.example' })).toMatchObject({
    environmentUrl: 'https://shop.example',
    logUrl: links.log_url,
  });
  expect(read({ ...links, log_url: '' }).logUrl).toBe(links.target_url);
});
