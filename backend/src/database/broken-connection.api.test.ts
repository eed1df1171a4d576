import { expect, it } from '@jest/globals';
import pg from 'pg';
import { startApi } from '../../test/start-api.js';

const { api, databaseUrl, reported } = startApi();

it('takes a broken connection for a fault that passes', async () => {
  const admin = new pg.Client({ connectionString: databaseUrl() });
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
