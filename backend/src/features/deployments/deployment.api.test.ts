import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { at, deploymentRecord, runRecord } from '../../../test/factories.js';
import { pagesOf, type Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, project } = startApi();

type Data = Record<string, unknown>;

async function send(source: string, ...deployments: Data[]): Promise<void> {
  await api
    .post('/ingest/batch')
    .send(deployments.map((data) => deploymentRecord(source, data)))
    .expect(202);
  await project();
}

const list = async (query: string): Promise<Item[]> => (await api.get(`/deployments?${query}`).expect(200)).body.items;
const ids = (items: Item[]) => items.map(({ externalId }) => externalId);

describe('the list of deployments', () => {
  const service = unique('shop');
  const deployment = (deployment_id: string, environment: string, seconds: number, status = 'succeeded') => ({
    ...{ service, deployment_id, environment, status, queued_at: at(seconds), finished_at: at(seconds + 5) },
  });

  beforeAll(() =>
    send(
      unique('api'),
      deployment('a', 'production', 0),
      deployment('b', 'eu-prod', 10, 'failed'),
      deployment('c', 'pre-prod', 20),
      deployment('d', 'qa', 30, 'running'),
      deployment('e', 'feature-7', 40),
      { service: unique('other'), environment: 'production', queued_at: at(5) },
    ),
  );

  it.each([
    ['', ['e', 'd', 'c', 'b', 'a']],
    ['&environment=qa', ['d']],
    ['&environment=QA', []],
    ['&tier=production', ['b', 'a']],
    ['&tier=staging', ['c']],
    ['&tier=testing', ['d']],
    ['&tier=other', ['e']],
    ['&tier=development', []],
    ['&status=failed,running', ['d', 'b']],
    ['&tier=production&status=succeeded', ['a']],
    [`&from=${at(10)}&to=${at(30)}`, ['c', 'b']],
    ['&limit=2', ['e', 'd']],
  ])('of a service with "%s" has %j, newest first', async (query, expected) => {
    expect(ids(await list(`service=${service}${query}`))).toEqual(expected);
  });

  it('may name service and environment by their ids', async () => {
    const [found] = await list(`service=${service}&environment=qa`);

    expect(ids(await list(`service=${found.service.id}`))).toHaveLength(5);
    expect(ids(await list(`environment=${found.environment.id}`))).toEqual(['d']);
    expect(await list(`environment=${randomUUID()}`)).toEqual([]);
  });

  it('refuses a tier that there is not', async () => {
    const { status, body } = await api.get('/deployments?tier=prod');

    expect({ status, pointer: body.errors?.[0].pointer }).toEqual({ status: 400, pointer: '#/query/tier' });
  });

  it('is paged without loss or repetition', async () => {
    const many = unique('many');
    const all = Array.from({ length: 45 }, (_, index) => ({ service: many, queued_at: at(Math.floor(index / 4)) }));
    await send(unique('api'), ...all);

    const pages = await pagesOf(api, `/deployments?service=${many}`, () => send(unique('api'), { service: many }));

    expect(pages.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(45);
  });
});

describe('one deployment', () => {
  it('has what was said of it, and leads to the run that made it', async () => {
    const [source, service, repository] = [unique('api'), unique('shop'), unique('acme/shop')];
    await api
      .post('/ingest')
      .send(runRecord(source, { repository, pipeline: 'deploy', run_id: 7 }))
      .expect(202);
    await send(source, {
      ...{ service, repository, pipeline: 'deploy', run_id: 7, ref: 'v1.2', commit: 'abc', description: 'Release' },
      ...{ creator: 'ann', queued_at: at(0), started_at: at(10), finished_at: at(5), url: 'https://shop.example.com' },
    });

    const [{ id }] = await list(`service=${service}`);
    const { body } = await api.get(`/deployments/${id}`).expect(200);

    expect(body).toMatchObject({
      ...{ service: { name: service }, environment: { name: 'production', tier: 'production' } },
      ...{
        repository: { fullName: repository },
        ref: 'v1.2',
        commitSha: 'abc',
        description: 'Release',
        creator: 'ann',
      },
      ...{ queueSeconds: 10, durationSeconds: null, supersededAt: null, logUrl: null },
    });
    const { body: run } = await api.get(`/runs/${body.runId}`).expect(200);
    expect(run.externalId).toBe('7');
  });

  it('that is not there is a 404', async () => {
    await api.get(`/deployments/${randomUUID()}`).expect(404);
  });
});

describe('the list of environments', () => {
  const environments = async (query: string): Promise<Item[]> =>
    (await api.get(`/environments?${query}`).expect(200)).body.items;

  it('has what was deployed to each last, by name', async () => {
    const service = unique('shop');
    const deployment = (environment: string, deployment_id: string, seconds: number) => ({
      ...{
        service,
        environment,
        ref: deployment_id,
        queued_at: at(seconds),
        url: `https://${environment}.example.com`,
      },
    });
    await send(unique('api'), deployment('qa', 'q1', 0), deployment('prod', 'p2', 20), deployment('prod', 'p1', 10));

    const items = await environments(`service=${service}`);

    expect(items).toMatchObject([
      { name: 'prod', tier: 'production', url: 'https://prod.example.com', latestDeployment: { ref: 'p2' } },
      { name: 'qa', tier: 'testing', latestDeployment: { ref: 'q1', status: 'succeeded', commitSha: null } },
    ]);
    expect(items.map(({ service: { name } }) => name)).toEqual([service, service]);
    expect(await environments(`service=${items[0].service.id}&tier=testing`)).toHaveLength(1);
  });

  it('is paged by name without loss or repetition, whatever the names are made of', async () => {
    const service = unique('shop');
    const names = [
      'a',
      'A',
      'b b',
      'ä',
      '"quoted"',
      "it's",
      '100%',
      '\\',
      'zzz',
      '日本',
      '漢'.repeat(255),
      '\u0001'.repeat(255),
      '💥'.repeat(127),
    ];
    await send(unique('api'), ...names.map((environment) => ({ service, environment })));

    const pages = await pagesOf(api, `/environments?service=${service}&limit=1`);

    const found = pages.flat().map(({ name }) => name);
    expect(found).toHaveLength(names.length);
    expect(new Set(found)).toEqual(new Set(names));
  });

  it('tells two services apart that name theirs the same', async () => {
    const [one, other] = [unique('one'), unique('other')];
    const environment = unique('env');
    await send(unique('api'), { service: one, environment }, { service: other, environment });

    expect(await environments(`service=${one}`)).toHaveLength(1);
    expect(await list(`environment=${environment}`)).toHaveLength(2);
  });
});
