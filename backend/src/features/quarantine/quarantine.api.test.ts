import { expect, it } from '@jest/globals';
import { connectGithub } from '../../../test/github-delivery.js';
import { pagesOf } from '../../../test/pages.js';
import { startApi } from '../../../test/start-api.js';

const { api, project } = startApi();

it('shows what could not be read, why, and what is not wrong stays out of it', async () => {
  const source = await connectGithub(api);
  await source.deliver('workflow_run', 'this is no JSON');
  await source.deliver('workflow_run', { action: 'completed' });
  await source.deliver('star', 'nor is this, and nobody reads it');
  await source.deliver('push', '{"ref":"refs/heads/main","n":1e400000');

  const before = (await api.get('/ingest/stats')).body.quarantined;
  await project();

  const { body } = await api.get('/ingest/quarantine').expect(200);
  const items = body.items.filter((item: { source: string }) => item.source === source.name);
  expect(items).toHaveLength(3);
  expect(items.map(({ type }: { type: string }) => type).toSorted()).toEqual(['push', 'workflow_run', 'workflow_run']);
  for (const item of items) {
    expect(item).toMatchObject({
      kind: 'github',
      deliveryKey: expect.stringMatching(/^delivery-/),
      bytes: expect.any(Number),
    });
    expect(item.reason.length).toBeGreaterThan(5);
  }
  expect((await api.get('/ingest/stats')).body.quarantined).toBe(before + 3);
  const { body: recent } = await api.get('/ingest/recent').expect(200);
  expect(recent.items.filter(({ quarantined }: { quarantined: boolean }) => quarantined).length).toBeGreaterThanOrEqual(
    3,
  );
});

it('is paged without loss or repetition, also where many were put aside at once', async () => {
  const source = await connectGithub(api);
  for (let index = 0; index < 9; index++) await source.deliver('workflow_run', `no JSON ${index}`);
  await project();

  const pages = await pagesOf(api, '/ingest/quarantine?limit=4');

  const own = pages.flat().filter((item) => item.source === source.name);
  expect(own).toHaveLength(9);
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(pages.flat().length);
});
