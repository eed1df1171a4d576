import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execute } from '../../../test/databases.js';
import { deliver } from '../../../test/github-delivery.js';
import { examplesOf } from '../../../test/github-examples.js';
import { startApi } from '../../../test/start-api.js';
import { createEvents } from '../../observability/events.js';
import { createLogger } from '../../observability/logger.js';
import { createMetrics } from '../../observability/metrics.js';
import { createTracing } from '../../observability/tracing.js';
import { inTransaction } from '../../database/transaction.js';
import { translators } from '../../dependencies.js';
import { replay } from './replay.js';
import { Projector } from './projector.service.js';
import { subjects } from './subject.js';
import { projectionTransactions } from './transactions.js';

const { api, connections, ownerUrl, project } = startApi();

const TABLES = Object.values(subjects).map(({ table }) => table);

/** Every derived row, in an order that does not depend on how it came about. */
async function derivedRows(): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const table of TABLES) {
    const { rows } = await connections().pool.query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY id`);
    // When Pitwall first heard of a pipeline is not derived from the events.
    tables[table] = rows.map(({ row }) => (table === 'pipelines' ? { ...row, created_at: null } : row));
  }
  return tables;
}

const eventIds = async (): Promise<string[]> => {
  const { rows } = await connections().pool.query('SELECT id FROM events ORDER BY id');
  return rows.map(({ id }) => id);
};

/** Empties what is derived and enqueues these events, in this order. */
async function enqueue(ids: string[]): Promise<void> {
  await execute(ownerUrl(), `TRUNCATE ${TABLES.join(', ')}, pending_events, quarantined_events`);
  await connections().pool.query('INSERT INTO pending_events (event_id) SELECT * FROM unnest($1::uuid[])', [ids]);
}

async function createProjector(batchEvents: number): Promise<Projector> {
  const metrics = createMetrics({ defaultMetrics: false });
  const logger = createLogger({ level: 'error', format: 'json' });
  const tracing = await createTracing({ endpoint: undefined, serviceName: 't', serviceVersion: 't', environment: 't' });
  return new Projector(translators, projectionTransactions(connections().pool), {
    events: createEvents({ logger, metrics }),
    tracing,
    batchEvents,
    onProjected: () => undefined,
  });
}

async function sendEveryExample(): Promise<void> {
  const { body: source } = await api.post('/sources').send({ name: 'github', kind: 'github' }).expect(201);
  for (const type of translators.github?.types ?? []) {
    for (const [index, payload] of examplesOf(type).entries()) {
      await deliver(api, source, type, payload, `${type}-${index}`).expect(202);
    }
  }
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
  const job = (status: string, ...steps: string[]) => ({
    name: 'build',
    status,
    started_at: at(1),
    ...(status === 'succeeded' && { finished_at: at(9) }),
    steps: steps.map((step) => ({ name: step, status: 'succeeded', started_at: at(2), finished_at: at(3) })),
  });
  const run = (status: string, attempt: number, minute: number, extra: object) => ({
    type: 'pipeline_run',
    source: 'buildbot',
    data: { pipeline: 'shop', run_id: '1', attempt, status, updated_at: at(minute), ...extra },
  });
  await api
    .post('/ingest')
    .send([
      run('queued', 1, 0, { queued_at: at(0), branch: 'main' }),
      run('running', 1, 1, { started_at: at(1), jobs: [job('running', 'a')] }),
      run('failed', 1, 5, { finished_at: at(5), title: 'first try' }),
      run('queued', 2, 6, { queued_at: at(6) }),
      run('running', 2, 7, { started_at: at(7), jobs: [{ ...job('running'), id: 'second' }] }),
      run('succeeded', 2, 9, { finished_at: at(9), jobs: [{ ...job('succeeded', 'a', 'b'), id: 'second' }] }),
    ])
    .expect(202);
}

it('gives the same rows for every order, batch size and repetition of the same events', async () => {
  await sendEveryExample();
  await project();
  const expected = await derivedRows();
  expect(Object.entries(expected).filter(([, rows]) => rows.length === 0)).toEqual([]);
  const ids = await eventIds();

  const orders = fc.record({
    order: fc
      .array(fc.constantFrom(...ids), { maxLength: 40 })
      .chain((again) => fc.shuffledSubarray([...ids, ...again], { minLength: ids.length + again.length })),
    batchEvents: fc.constantFrom(1, 3, 17, 500),
    projectors: fc.constantFrom(1, 3),
  });
  await fc.assert(
    fc.asyncProperty(orders, async ({ order, batchEvents, projectors }) => {
      await enqueue(order);
      const projector = await createProjector(batchEvents);
      const work = async () => {
        while ((await projector.projectBatch()) > 0);
      };
      await Promise.all(Array.from({ length: projectors }, work));
      expect(await derivedRows()).toEqual(expected);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

it('has no event of the examples in quarantine', async () => {
  const { body } = await api.get('/ingest/quarantine').expect(200);

  expect(body.items).toEqual([]);
});

it('brings back the same rows by a replay of the log, and keeps what people said', async () => {
  await enqueue(await eventIds());
  await project();
  const { body: pipelines } = await api.get('/pipelines').expect(200);
  const { id } = pipelines.items[0];
  await api.patch(`/pipelines/${id}`).send({ displayName: 'What people call it' }).expect(200);
  const before = await derivedRows();

  await inTransaction(connections().pool, (client) => replay(client, translators));
  await project();

  expect(await derivedRows()).toEqual(before);
  const { body: pipeline } = await api.get(`/pipelines/${id}`).expect(200);
  expect(pipeline.displayName).toBe('What people call it');
});

it('puts aside what cannot be read, and goes on with what is behind it', async () => {
  const { body: source } = await api.post('/sources').send({ name: 'hostile', kind: 'github' }).expect(201);
  const [real] = examplesOf('workflow_run');
  await deliver(api, source, 'workflow_run', '{"broken":', 'poison-1').expect(202);
  await deliver(api, source, 'workflow_run', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'poison-2').expect(202);
  await deliver(api, source, 'workflow_run', { repository: 1 }, 'poison-3').expect(202);
  await deliver(api, source, 'workflow_run', real, 'sound').expect(202);

  await project();

  const { body } = await api.get('/ingest/quarantine').expect(200);
  expect(body.items.map(({ deliveryKey }: { deliveryKey: string }) => deliveryKey).sort()).toEqual([
    'poison-1',
    'poison-2',
    'poison-3',
  ]);
  expect(body.items.every(({ reason }: { reason: string }) => reason.length > 0)).toBe(true);
  const { rows } = await connections().pool.query('SELECT count(*)::int AS runs FROM runs WHERE source_id = $1', [
    source.id,
  ]);
  expect(rows).toEqual([{ runs: 1 }]);
});

it('quarantines an event that PostgreSQL refuses, alone', async () => {
  const { pool } = connections();
  await execute(ownerUrl(), `ALTER TABLE runs ADD CONSTRAINT refuses CHECK (title IS DISTINCT FROM 'refused')`);
  try {
    const run = (id: string, title: string) => ({
      type: 'pipeline_run',
      source: 'refused',
      data: { pipeline: 'p', run_id: id, status: 'running', title },
    });
    await api
      .post('/ingest')
      .send([run('1', 'fine'), run('2', 'refused'), run('3', 'fine too')])
      .expect(202);

    await project();

    const { rows } = await pool.query(
      `SELECT r.external_id FROM runs r JOIN sources s ON s.id = r.source_id WHERE s.name = 'refused' ORDER BY 1`,
    );
    expect(rows.map(({ external_id }) => external_id)).toEqual(['1', '3']);
    const { body } = await api.get('/ingest/quarantine?limit=1').expect(200);
    expect(body.items[0]).toMatchObject({ source: 'refused', reason: expect.stringContaining('could not be written') });
  } finally {
    await execute(ownerUrl(), 'ALTER TABLE runs DROP CONSTRAINT refuses');
  }
});

it('counts what comes to its end once, however often and in whatever order it is told', async () => {
  const metrics = createMetrics({ defaultMetrics: false });
  const tracing = await createTracing({ endpoint: undefined, serviceName: 't', serviceVersion: 't', environment: 't' });
  const projector = new Projector(translators, projectionTransactions(connections().pool), {
    events: createEvents({ logger: createLogger({ level: 'error', format: 'json' }), metrics }),
    tracing,
    batchEvents: 2,
    onProjected: () => undefined,
  });
  const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 12, 0, second)).toISOString();
  const job = {
    id: 'j',
    name: 'build',
    queued_at: at(0),
    started_at: at(20),
    finished_at: at(50),
    status: 'succeeded',
  };
  const run = (status: string, second: number, extra: object = {}) => ({
    type: 'pipeline_run',
    source: 'counted',
    data: { pipeline: 'shop', run_id: '9', status, updated_at: at(second), ...extra },
  });
  const finished = run('failed', 55, { started_at: at(10), finished_at: at(55), jobs: [job] });
  const deployment = {
    type: 'deployment',
    source: 'counted',
    data: { service: 'shop', environment: 'production', deployment_id: '5', status: 'succeeded', finished_at: at(59) },
  };
  await enqueue([]);

  await api
    .post('/ingest')
    .send([run('queued', 0), finished, deployment, run('running', 12)])
    .expect(202);
  while ((await projector.projectBatch()) > 0);
  // Told again, with another key: the rows are written anew, and were finished before.
  await api
    .post('/ingest')
    .send([run('failed', 56, { started_at: at(10), finished_at: at(56), title: 'late' })])
    .expect(202);
  while ((await projector.projectBatch()) > 0);

  const figures = await metrics.expose();
  const told = figures.split('\n').filter((line) => / [1-9]/.test(line) && !line.includes('_bucket'));
  expect(told.filter((line) => /_(runs|jobs|deployments)_finished|_(run|job)_\w+_seconds/.test(line))).toEqual([
    'pitwall_runs_finished_total{kind="records",outcome="failed"} 1',
    'pitwall_run_duration_seconds_sum{kind="records"} 45',
    'pitwall_run_duration_seconds_count{kind="records"} 1',
    'pitwall_jobs_finished_total{kind="records",outcome="succeeded"} 1',
    'pitwall_job_duration_seconds_sum{kind="records"} 30',
    'pitwall_job_duration_seconds_count{kind="records"} 1',
    'pitwall_job_queue_seconds_sum{kind="records"} 20',
    'pitwall_job_queue_seconds_count{kind="records"} 1',
    'pitwall_deployments_finished_total{kind="records",tier="production",outcome="succeeded"} 1',
  ]);
  expect(figures).toContain('pitwall_projection_delay_seconds_count 5');
});
