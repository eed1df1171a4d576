import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { plainRecord } from '../../test/factories.js';
import { startApi } from '../../test/start-api.js';

/** Nobody listens on port 1. */
const { api, reported, lines } = startApi({
  databaseUrl: () => 'postgresql://pitwall:secret@127.0.0.1:1/pitwall',
  databaseIsAway: true,
});

it.each([
  ...['/runs', '/pipelines', '/deployments', '/environments', '/jobs', '/changes', '/commits', '/repositories'],
  ...['/sources', '/ingest/stats', '/ingest/recent', '/ingest/quarantine'],
  ...[`/runs/${randomUUID()}`, `/pipelines/${randomUUID()}`, `/sources/${randomUUID()}`],
])('REL2 %s says when to come again where the database is away, which is no bug', async (path) => {
  const { status, headers, type, text } = await api.get(path);

  expect({ status, type, again: headers['retry-after'] }).toEqual({
    ...{ status: 503, type: 'application/problem+json', again: '5' },
  });
  expect(text).not.toMatch(/127\.0\.0\.1|secret|prisma/i);
  expect(reported).toEqual([]);
});

it("REL2 neither is it for what comes in: a provider's delivery, a record, a batch, a change", async () => {
  const delivery = api.post('/hooks/github').set({ 'Content-Type': 'application/json' }).send('{}');
  const answers = [
    await delivery,
    await api.post('/ingest').send(plainRecord('api')),
    await api.post('/ingest/batch').send([plainRecord('api')]),
    await api.post('/pipelines').send({ name: 'build' }),
    await api.post('/sources').send({ name: 'github', kind: 'github' }),
    await api.patch(`/pipelines/${randomUUID()}`).send({ displayName: 'x' }),
    await api.delete(`/pipelines/${randomUUID()}`),
  ];

  expect(answers.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(answers.map(() => [503, '5']));
  expect(reported).toEqual([]);
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
