import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openEventStream } from '../../../test/event-stream.js';
import { deploymentRecord, runRecord } from '../../../test/factories.js';
import { startApi, unique } from '../../../test/start-api.js';
import { PostgresListener } from '../../database/listener.js';
import { PROJECTED_CHANNEL, type Projected } from '../projector/projector.service.js';

const { api, base, project, services, connections, adminToken, databaseUrl, reported } = startApi();
let listener: PostgresListener;
let gaps = 0;

beforeAll(async () => {
  listener = new PostgresListener({
    url: databaseUrl(),
    channels: { [PROJECTED_CHANNEL]: (payload) => services().onProjected(JSON.parse(payload) as Projected) },
    onGap: () => {
      gaps++;
      services().onProjected({ pipelines: [], runs: [], deployments: [], more: true });
    },
    onError: () => undefined,
  });
  await listener.open();
});
afterAll(() => listener.close());

const open = () => openEventStream(`${base()}/api/v1/live`, { authorization: `Bearer ${adminToken()}` });
const projectedIn = (text: string): Projected[] =>
  [...text.matchAll(/^event: projected\ndata: (.+)$/gm)].map(([, data]) => JSON.parse(String(data)) as Projected);

it('is a stream of events that nothing on the way keeps', async () => {
  const page = await open();

  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('x-accel-buffering')).toBe('no');
  await page.until('retry: 1000\n\n');
  page.close();
});

it('tells each page what was projected, by the ids that the lists show', async () => {
  const pages = await Promise.all([open(), open()]);
  const repository = unique('acme/shop');
  const [source, service] = [unique('api'), unique('shop')];
  await api
    .post('/ingest')
    .send([runRecord(source, { repository }), deploymentRecord(source, { service })])
    .expect(202);

  await project();

  const [run] = (await api.get(`/runs?repository=${repository}`)).body.items;
  const [deployment] = (await api.get(`/deployments?service=${service}`)).body.items;
  for (const page of pages) {
    const [told] = projectedIn(await page.until(run.id));
    expect(told).toEqual({ pipelines: [run.pipeline.id], runs: [run.id], deployments: [deployment.id], more: false });
    page.close();
  }
});

it('says only that there is more where too many changed to name them', async () => {
  const page = await open();
  await api
    .post('/ingest/batch')
    .send(Array.from({ length: 120 }, () => runRecord('live-many')))
    .expect(202);

  await project();

  const told = projectedIn(await page.until('"more":true')).at(-1);
  expect(told?.runs).toHaveLength(50);
  page.close();
});

it('says that there is more when it listens again after a gap', async () => {
  const page = await open();
  const before = gaps;

  await connections().pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'pitwall listener' AND datname = current_database()`,
  );

  await page.until('"more":true');
  expect(gaps).toBe(before + 1);
  await api
    .post('/ingest')
    .send(runRecord('live-again', { run_id: 'after-the-gap' }))
    .expect(202);
  await project();
  await page.until(/"runs":\["/);
  page.close();
});

it('answers HEAD without opening a stream', async () => {
  const [answer] = (await once(
    request(`${base()}/api/v1/live`, { method: 'HEAD', headers: { authorization: `Bearer ${adminToken()}` } }).end(),
    'response',
  )) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');

  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect((await api.get('/metrics')).text).toMatch(/^\w*live_subscribers\S* 0$/m);
});

it('ends each stream when the process stops, sends nothing more, and takes no new page', async () => {
  const pages = await Promise.all([open(), open()]);

  services().live.close();
  services().onProjected({ pipelines: [], runs: [], deployments: [], more: true });

  await Promise.all(pages.map((page) => page.ended()));
  expect(pages.map((page) => page.text()).join()).not.toContain('projected');
  const late = await open();
  expect({ status: late.status, again: late.headers.get('retry-after') }).toEqual({ status: 503, again: '5' });
  expect(reported).toEqual([]);
});
