import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { at, runRecord } from '../../../test/factories.js';
import { pagesOf, type Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, project } = startApi();

type Data = Record<string, unknown>;

async function send(source: string, ...runs: Data[]): Promise<void> {
  await api
    .post('/ingest/batch')
    .send(runs.map((data) => runRecord(source, data)))
    .expect(202);
  await project();
}

const list = async (query: string): Promise<Item[]> => (await api.get(`/pipelines?${query}`).expect(200)).body.items;
const names = async (query: string) => (await list(query)).map(({ name }) => name);
const create = (body: object) => api.post('/pipelines').send(body);

/** Answers the pipeline of the only run that was sent. */
async function pipelineOf(data: Data, source = unique('api'), repository = unique('acme/shop')): Promise<Item> {
  await send(source, { repository, ...data });
  return (await list(`repository=${repository}`))[0];
}

describe('the list of pipelines', () => {
  it('has the one with the latest activity first', async () => {
    const repository = unique('acme/shop');
    const run = (pipeline: string, seconds: number) => ({ repository, pipeline, finished_at: at(seconds) });
    await send(unique('api'), run('a', 10), run('b', 30), run('c', 20));

    expect(await names(`repository=${repository}`)).toEqual(['b', 'c', 'a']);

    await send(unique('other'), run('a', 40));
    expect(await names(`repository=${repository}`)).toEqual(['a', 'b', 'c', 'a']);
  });

  it('finds a part of a name, of what people call it, or of its repository, and takes % and _ as they are', async () => {
    const repository = unique('acme/Shop');
    const token = unique('x').replace('-', '');
    await send(
      unique('api'),
      { repository, pipeline: `${token} 100% sure`, finished_at: at(3) },
      { repository, pipeline: `${token} 100 sure`, finished_at: at(2) },
      { repository, pipeline: `${token} a_b`, finished_at: at(1) },
      { repository, pipeline: `${token} acb\\d`, finished_at: at(0) },
    );
    const q = (text: string) => names(`q=${encodeURIComponent(text)}`);

    expect(await q(token.toUpperCase())).toHaveLength(4);
    expect(await q(`${token} 100%`)).toEqual([`${token} 100% sure`]);
    expect(await q(`${token} a_b`)).toEqual([`${token} a_b`]);
    expect(await q(`${token} acb\\`)).toEqual([`${token} acb\\d`]);
    expect(await q(repository.toLowerCase())).toHaveLength(4);
    expect(await q(`%${token}`)).toEqual([]);

    const [found] = await list(`q=${token}`);
    await api
      .patch(`/pipelines/${found.id}`)
      .send({ displayName: `${token}-shown` })
      .expect(200);
    expect(await names(`q=${token}-SHOWN`)).toEqual([found.name]);
  });

  it('goes by the status of the latest run', async () => {
    const repository = unique('acme/shop');
    await send(
      unique('api'),
      { repository, pipeline: 'mended', status: 'failed', queued_at: at(0) },
      { repository, pipeline: 'mended', status: 'succeeded', queued_at: at(1) },
      { repository, pipeline: 'broken', status: 'succeeded', queued_at: at(2) },
      { repository, pipeline: 'broken', status: 'failed', queued_at: at(3) },
    );

    expect(await names(`repository=${repository}&status=failed`)).toEqual(['broken']);
    expect(await names(`repository=${repository}&status=succeeded`)).toEqual(['mended']);
    expect(await names(`repository=${repository}&status=failed,succeeded`)).toEqual(['broken', 'mended']);
    expect(await names(`repository=${repository}&status=running`)).toEqual([]);
  });

  it('shows the latest 12 runs of each, newest first', async () => {
    const repository = unique('acme/shop');
    const runs = Array.from({ length: 15 }, (_, number) => ({
      ...{ repository, number, run_id: `r${number}`, started_at: at(number), finished_at: at(number + 2.5) },
    }));
    await send(unique('api'), ...runs);

    const [{ recentRuns, lastActivityAt }] = await list(`repository=${repository}`);

    expect(recentRuns.map(({ number }: Item) => number)).toEqual(Array.from({ length: 12 }, (_, index) => 14 - index));
    expect(recentRuns[0]).toMatchObject({ status: 'succeeded', attempt: 1, durationSeconds: 2.5, branch: null });
    expect(new Date(lastActivityAt).toISOString()).toBe(at(16.5));
  });

  it('is paged without loss or repetition, also where activity was at the same time', async () => {
    const repository = unique('acme/shop');
    await send(
      unique('api'),
      ...Array.from({ length: 23 }, (_, index) => ({
        ...{ repository, pipeline: `p${index}`, finished_at: at(Math.floor(index / 4)) },
      })),
    );

    const pages = await pagesOf(api, `/pipelines?repository=${repository}&limit=5`);

    expect(pages.map(({ length }) => length)).toEqual([5, 5, 5, 5, 3]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(23);
  });
});

describe('a pipeline that is made by hand', () => {
  it('is the one that the records of its source, repository and name belong to', async () => {
    const [source, repository] = [unique('api'), unique('acme/shop')];

    const { status, body, headers } = await create({ source, repository, name: 'build', displayName: 'Build' });

    expect(status).toBe(201);
    expect(headers.location).toBe(`/api/v1/pipelines/${body.id}`);
    expect(body).toMatchObject({
      ...{ name: 'build', displayName: 'Build', description: null, recentRuns: [], lastActivityAt: null },
      source: { name: source, kind: 'records' },
    });
    await send(source, { repository, pipeline: 'build' });
    const { body: read } = await api.get(String(headers.location)).expect(200);
    expect(read.recentRuns).toHaveLength(1);
    expect(read.displayName).toBe('Build');
  });

  it('is refused where there is one, also of 20 that race', async () => {
    const wanted = { source: unique('api'), repository: unique('acme/shop'), name: 'build' };

    const answers = await Promise.all(Array.from({ length: 20 }, () => create(wanted)));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const { body } = await create(wanted).expect(409);
    expect(body.detail).toContain('build');
  });

  it('is another one in another repository, or in none', async () => {
    const wanted = { source: unique('api'), name: 'build' };
    await create(wanted).expect(201);
    await create({ ...wanted, repository: 'acme/shop' }).expect(201);
    await create({ ...wanted, repository: 'acme/bank' }).expect(201);
  });

  it.each<[object, string]>([
    [{}, '#/body/name'],
    [{ name: '' }, '#/body/name'],
    [{ name: 'x'.repeat(256) }, '#/body/name'],
    [{ name: 'a\0' }, '#/body/name'],
    [{ name: 'a', source: 'a/b' }, '#/body/source'],
    [{ name: 'a', status: 'failed' }, '#/body/status'],
    [{ name: 'a', description: 'x'.repeat(2001) }, '#/body/description'],
  ])('is refused as %j', async (body, pointer) => {
    const answer = await create(body);

    expect({ status: answer.status, pointer: answer.body.errors?.[0].pointer }).toEqual({ status: 400, pointer });
  });

  it("is refused for a source that takes a provider's deliveries", async () => {
    const source = unique('github');
    await api.post('/sources').send({ name: source, kind: 'github' }).expect(201);

    await create({ source, name: 'build' }).expect(409);
  });
});

describe('what people say of a pipeline', () => {
  it('is changed field by field, and taken back with null', async () => {
    const { id } = await pipelineOf({ pipeline: 'build' });
    const patch = async (body: object) => (await api.patch(`/pipelines/${id}`).send(body).expect(200)).body;

    expect(await patch({ displayName: 'Build' })).toMatchObject({ displayName: 'Build', description: null });
    expect(await patch({ description: 'All of it' })).toMatchObject({ displayName: 'Build', description: 'All of it' });
    expect(await patch({})).toMatchObject({ displayName: 'Build', description: 'All of it', name: 'build' });
    expect(await patch({ displayName: null })).toMatchObject({ displayName: null, description: 'All of it' });
  });

  it('is what its runs are listed under, at once', async () => {
    const { id } = await pipelineOf({ pipeline: 'build' });
    const shown = async () => (await api.get(`/runs?pipeline=${id}`).expect(200)).body.items[0].pipeline.name;
    expect(await shown()).toBe('build');

    await api.patch(`/pipelines/${id}`).send({ displayName: 'Shown' }).expect(200);

    expect(await shown()).toBe('Shown');
  });

  it('SEC15 is all that may be changed', async () => {
    const { id } = await pipelineOf({});
    for (const field of ['name', 'id', 'createdAt', 'deletedAt', 'sourceId', 'url']) {
      const { status, body } = await api.patch(`/pipelines/${id}`).send({ [field]: 'x' });
      expect({ status, pointer: body.errors?.[0].pointer }).toEqual({ status: 400, pointer: `#/body/${field}` });
    }
  });
});

describe('a pipeline that was deleted', () => {
  it('is gone with its runs and their jobs, and comes back with them when it is made again', async () => {
    const [source, repository] = [unique('api'), unique('acme/shop')];
    const jobs = [{ name: 'test', status: 'succeeded' }];
    const { id } = await pipelineOf({ pipeline: 'build', jobs }, source, repository);
    const [run] = (await api.get(`/runs?pipeline=${id}`)).body.items;
    const seen = async () => ({
      pipeline: (await api.get(`/pipelines/${id}`)).status,
      pipelines: (await list(`repository=${repository}`)).length,
      runs: (await api.get(`/runs?repository=${repository}`)).body.items.length,
      run: (await api.get(`/runs/${run.id}`)).status,
      jobs: (await api.get(`/jobs?run=${run.id}`)).body.items.length,
    });
    const all = { pipeline: 200, pipelines: 1, runs: 1, run: 200, jobs: 1 };
    const none = { pipeline: 404, pipelines: 0, runs: 0, run: 404, jobs: 0 };
    expect(await seen()).toEqual(all);

    await api.delete(`/pipelines/${id}`).expect(204);
    expect(await seen()).toEqual(none);
    await api.delete(`/pipelines/${id}`).expect(404);
    await api.patch(`/pipelines/${id}`).send({ displayName: 'x' }).expect(404);

    await send(source, { repository, pipeline: 'build' });
    expect(await seen()).toEqual(none);

    await create({ source, repository, name: 'build', description: 'Back' }).expect(201);
    expect(await seen()).toEqual({ ...all, runs: 2 });
  });

  it('is listed among the deleted ones, and is back with its runs when it is restored', async () => {
    const repository = unique('acme/shop');
    const { id } = await pipelineOf({ pipeline: 'build' }, unique('api'), repository);
    await api.delete(`/pipelines/${id}`).expect(204);
    expect(await list(`repository=${repository}&deleted=true`)).toMatchObject([{ id }]);

    const { body } = await api.post(`/pipelines/${id}/restore`).expect(200);

    expect(body.recentRuns).toHaveLength(1);
    expect(await list(`repository=${repository}`)).toMatchObject([{ id }]);
    expect(await list(`repository=${repository}&deleted=true`)).toEqual([]);
    await api.post(`/pipelines/${id}/restore`).expect(404);
  });

  it('that never was is a 404', async () => {
    const path = `/pipelines/${randomUUID()}`;
    await api.get(path).expect(404);
    await api.patch(path).send({ displayName: 'x' }).expect(404);
    await api.delete(path).expect(404);
  });
});
