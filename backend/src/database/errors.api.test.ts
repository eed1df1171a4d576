import { expect, it } from '@jest/globals';
import pg from 'pg';
import { workerDatabaseUrl } from '../../test/databases.js';
import { deliver } from '../../test/github-delivery.js';
import { startApi, unique } from '../../test/start-api.js';

const away = startApi({ databaseUrl: () => 'postgresql://nobody@127.0.0.1:1/nothing' });
const { api, reported } = startApi();

const run = () => ({
  type: 'pipeline_run',
  source: 'away',
  data: { pipeline: 'p', run_id: unique('run'), status: 'queued' },
});

it.each([
  ['a webhook', () => deliver(away.api, { name: 'github', secret: 'x'.repeat(16) }, 'star', {}, unique('delivery'))],
  ['a record', () => away.api.post('/ingest').send(run())],
  ['a batch', () => away.api.post('/ingest/batch').send([run(), run()])],
  ['a list', () => away.api.get('/runs')],
  ['a list by Prisma', () => away.api.get('/sources')],
  ['a change', () => away.api.post('/pipelines').send({ name: 'p' })],
])('asks for %s to be sent again later while the database is away', async (_what, send) => {
  const { status, type, headers } = await send();

  expect({ status, type }).toEqual({ status: 503, type: 'application/problem+json' });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(away.reported).toEqual([]);
});

it('takes a broken connection for a fault that passes', async () => {
  const admin = new pg.Client({ connectionString: workerDatabaseUrl() });
  await admin.connect();
  for (const path of ['/runs', '/sources', '/pipelines', '/sources', '/ingest/stats']) {
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    const { status } = await api.get(path);
    expect([200, 503]).toContain(status);
    await api.get(path).expect(200);
  }
  await admin.end();

  expect(reported).toEqual([]);
});
