import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { at, runRecord } from '../../../test/factories.js';
import { pagesOf, type Item } from '../../../test/pages.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, project } = startApi();

type Data = Record<string, unknown>;

/** Sends runs of one source and reads them into rows. */
async function send(source: string, ...runs: Data[]): Promise<void> {
  await api
    .post('/ingest/batch')
    .send(runs.map((data) => runRecord(source, data)))
    .expect(202);
  await project();
}

const list = async (query: string): Promise<Item[]> => (await api.get(`/runs?${query}`).expect(200)).body.items;
const ids = (runs: Item[]) => runs.map(({ externalId }) => externalId);

async function detailOf(repository: string): Promise<Item> {
  const [run] = await list(`repository=${repository}`);
  return (await api.get(`/runs/${run.id}`).expect(200)).body;
}

describe('the list of runs', () => {
  const source = unique('api');
  const repository = unique('acme/shop');
  const run = (run_id: string, seconds: number, data: Data) => ({
    repository,
    run_id,
    queued_at: at(seconds),
    ...data,
  });

  beforeAll(() =>
    send(
      source,
      run('a', 0, { pipeline: 'build', branch: 'main', status: 'succeeded' }),
      run('b', 10, { pipeline: 'build', branch: 'fix', status: 'failed' }),
      run('c', 20, { pipeline: 'deploy', branch: 'main', status: 'timed_out' }),
      run('d', 30, { pipeline: 'deploy', branch: 'main', status: 'running' }),
      { run_id: 'elsewhere', repository: unique('acme/other'), queued_at: at(15), branch: 'main' },
    ),
  );

  it('is newest first', async () => {
    expect(ids(await list(`repository=${repository}`))).toEqual(['d', 'c', 'b', 'a']);
  });

  it('may be of one pipeline', async () => {
    const [{ pipeline }] = await list(`repository=${repository}`);

    expect(pipeline.name).toBe('deploy');
    expect(ids(await list(`pipeline=${pipeline.id}`))).toEqual(['d', 'c']);
    expect(await list(`pipeline=${randomUUID()}`)).toEqual([]);
  });

  it("may be of one repository, by its id, and not by a part of another's name", async () => {
    const [{ repository: found }] = await list(`repository=${repository}`);

    expect(found.fullName).toBe(repository);
    expect(ids(await list(`repository=${found.id}`))).toEqual(['d', 'c', 'b', 'a']);
    expect(await list(`repository=${repository.slice(0, -1)}`)).toEqual([]);
    expect(await list(`repository=${repository.slice(0, -1)}%25`)).toEqual([]);
  });

  it.each([
    ['branch=main', ['d', 'c', 'a']],
    ['branch=MAIN', []],
    ['status=failed', ['b']],
    ['status=failed,timed_out,running', ['d', 'c', 'b']],
    ['status=failed,failed', ['b']],
    ['branch=main&status=succeeded,failed', ['a']],
    [`from=${at(10)}`, ['d', 'c', 'b']],
    [`to=${at(10)}`, ['a']],
    [`from=${at(10)}&to=${at(20)}`, ['b']],
    [`from=${at(20)}&to=${at(20)}`, []],
    [`from=${encodeURIComponent(at(10).replace('12:00:10.000Z', '14:00:10+02:00'))}&to=${at(30)}`, ['c', 'b']],
    [`from=${at(0)}&to=${at(40)}&branch=main&status=running,timed_out,succeeded&limit=2`, ['d', 'c']],
  ])('with %s has %j', async (query, expected) => {
    expect(ids(await list(`repository=${repository}&${query}`))).toEqual(expected);
  });

  it.each([
    ['status=', '#/query/status/0'],
    ['status=failed,', '#/query/status/1'],
    ['status=success', '#/query/status/0'],
    ['from=yesterday', '#/query/from'],
    ['from=2026-01-01', '#/query/from'],
    ['to=1969-01-01T00:00:00Z', '#/query/to'],
    ['pipeline=build', '#/query/pipeline'],
    ['branch=', '#/query/branch'],
    [`branch=${'x'.repeat(256)}`, '#/query/branch'],
  ])('refuses %s', async (query, pointer) => {
    const { status, body } = await api.get(`/runs?${query}`);

    expect({ status, pointer: body.errors?.[0].pointer }).toEqual({ status: 400, pointer });
  });
});

it('is paged without loss or repetition, while new runs arrive', async () => {
  const source = unique('api');
  const repository = unique('acme/shop');
  // Three at the same time each, so that pages end within one.
  const run = (index: number) => ({ repository, run_id: `run-${index}`, queued_at: at(Math.floor(index / 3)) });
  await send(source, ...Array.from({ length: 45 }, (_, index) => run(index)));
  let arrived = 100;

  const pages = await pagesOf(api, `/runs?repository=${repository}&limit=10`, () =>
    send(source, run(arrived++), run(arrived++)),
  );

  expect(pages.map(({ length }) => length)).toEqual([10, 10, 10, 10, 5]);
  expect(new Set(ids(pages.flat())).size).toBe(45);
  const times = pages.flat().map(({ createdAt }) => createdAt);
  expect(times).toEqual(times.toSorted().toReversed());
  expect((await pagesOf(api, `/runs?repository=${repository}&limit=100`)).flat()).toHaveLength(53);
});

it('has no next page where the last one is exactly full', async () => {
  const repository = unique('acme/shop');
  await send(unique('api'), { repository }, { repository });

  expect(await pagesOf(api, `/runs?repository=${repository}&limit=2`)).toHaveLength(1);
});

describe('one run', () => {
  it('has all its attempts, and is in the state of the last', async () => {
    const repository = unique('acme/shop');
    const run = { repository, run_id: 'r', number: 42, title: 'Fix', trigger: 'push', branch: 'main', commit: 'abc' };
    const attempt = (number: number, status: string, seconds: number) => ({
      ...{ ...run, attempt: number, status, url: `https://ci.example.com/r/${number}` },
      ...{ queued_at: at(seconds), started_at: at(seconds + 5), finished_at: at(seconds + 65) },
    });
    await send(unique('api'), attempt(2, 'succeeded', 1000), attempt(1, 'failed', 0));

    const detail = await detailOf(repository);

    expect(detail).toMatchObject({
      ...{ number: 42, title: 'Fix', trigger: 'push', branch: 'main', commitSha: 'abc', actor: null },
      ...{ attempt: 2, status: 'succeeded', queueSeconds: 5, durationSeconds: 60 },
    });
    expect(new Date(detail.createdAt).toISOString()).toBe(at(0));
    expect(detail.attempts).toMatchObject([
      { attempt: 1, status: 'failed', queueSeconds: 5, durationSeconds: 60, url: 'https://ci.example.com/r/1' },
      { attempt: 2, status: 'succeeded', url: 'https://ci.example.com/r/2' },
    ]);
  });

  it('has the jobs of all attempts, and their steps in order', async () => {
    const repository = unique('acme/shop');
    const job = (name: string, seconds: number, steps: object[] = []) => ({
      ...{ name, status: 'succeeded', runner_labels: ['linux', 'x64'], runner_name: 'r1', steps },
      ...{ queued_at: at(seconds), started_at: at(seconds + 1), finished_at: at(seconds + 3.5) },
    });
    const step = (name: string, number?: number) => ({
      name,
      number,
      status: 'succeeded',
      started_at: at(1),
      finished_at: at(2),
    });
    await send(
      unique('api'),
      { repository, run_id: 'r', attempt: 2, jobs: [job('test', 200)] },
      {
        repository,
        run_id: 'r',
        jobs: [job('test', 100), job('lint', 50, [step('third', 30), step('first', 1), step('second', 2)])],
      },
    );

    const { jobs } = await detailOf(repository);

    expect(jobs.map(({ attempt, name }: Item) => [attempt, name])).toEqual([
      [1, 'lint'],
      [1, 'test'],
      [2, 'test'],
    ]);
    expect(jobs[0]).toMatchObject({
      ...{ runnerLabels: ['linux', 'x64'], runnerName: 'r1', runnerGroup: null, queueSeconds: 1, durationSeconds: 2.5 },
    });
    expect(jobs[0].steps).toMatchObject([
      { number: 1, name: 'first', durationSeconds: 1 },
      { number: 2, name: 'second' },
      { number: 30, name: 'third' },
    ]);
  });

  it.each<[string, Data, Data]>([
    [
      'begun before it was queued',
      { queued_at: at(10), started_at: at(5), finished_at: at(20) },
      { queueSeconds: null, durationSeconds: 15 },
    ],
    [
      'finished before it began',
      { started_at: at(10), finished_at: at(5) },
      { durationSeconds: null, queueSeconds: null },
    ],
    ['that took no time', { started_at: at(5), finished_at: at(5) }, { durationSeconds: 0 }],
    [
      'that still runs',
      { status: 'running', queued_at: at(0), started_at: at(2), finished_at: at(9) },
      { queueSeconds: 2, durationSeconds: null, finishedAt: null },
    ],
    ['without a begin', { finished_at: at(5) }, { startedAt: null, durationSeconds: null }],
    ['without an end', { started_at: at(5) }, { finishedAt: null, durationSeconds: null }],
    ['measured in milliseconds', { started_at: at(0.001), finished_at: at(1.0015) }, { durationSeconds: 1 }],
  ])('%s has spans that are told or null, never negative', async (_what, data, spans) => {
    const repository = unique('acme/shop');
    const job = { name: 'j', status: 'succeeded', ...data };
    await send(unique('api'), { repository, ...data, jobs: [job] });

    const detail = await detailOf(repository);

    expect(detail).toMatchObject(spans);
    expect(detail.attempts).toMatchObject([spans]);
    expect(detail.jobs).toMatchObject([spans]);
  });

  it('that is not there is a 404', async () => {
    await api.get(`/runs/${randomUUID()}`).expect(404);
  });
});

describe('the list of jobs', () => {
  it('may be of one run, of some statuses, of a label', async () => {
    const repository = unique('acme/shop');
    const label = unique('gpu');
    const job = (name: string, seconds: number, data: Data) => ({
      name,
      queued_at: at(seconds),
      status: 'succeeded',
      ...data,
    });
    const jobs = [
      job('a', 0, { runner_labels: [label, 'x'] }),
      job('b', 1, { status: 'failed' }),
      job('c', 2, { runner_labels: [label] }),
    ];
    await send(unique('api'), { repository, jobs });
    const { id } = await detailOf(repository);
    const names = async (query: string) =>
      (await api.get(`/jobs?${query}`).expect(200)).body.items.map(({ name }: Item) => name);

    expect(await names(`run=${id}`)).toEqual(['c', 'b', 'a']);
    expect(await names(`run=${id}&status=failed,running`)).toEqual(['b']);
    expect(await names(`runnerLabel=${label}`)).toEqual(['c', 'a']);
    expect(await names(`runnerLabel=${label.slice(0, -1)}`)).toEqual([]);
    expect((await pagesOf(api, `/jobs?run=${id}&limit=1`)).flat().map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  });
});
