import { describe, expect, it } from '@jest/globals';
import { at, deploymentRecord, plainRecord, runRecord } from '../../../test/factories.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, connections } = startApi({ env: { MAX_BATCH_RECORDS: '150', MAX_BATCH_BYTES: '4096' } });

interface Fault {
  pointer: string;
  detail: string;
}

async function faultsOf(path: string, body: unknown): Promise<Fault[]> {
  const answer = await api
    .post(path)
    .set('Content-Type', 'application/json')
    .send(typeof body === 'string' ? body : JSON.stringify(body));
  expect({ status: answer.status, type: answer.type }).toEqual({ status: 400, type: 'application/problem+json' });
  return answer.body.errors;
}

const pointersOf = async (path: string, body: unknown) => (await faultsOf(path, body)).map(({ pointer }) => pointer);

const source = unique('api');

describe('points at what is wrong with a record', () => {
  it.each<[string, unknown, string[]]>([
    ['no type', { data: 1, source }, ['#/body/type']],
    ['no source', { type: 'sensor', data: 1 }, ['#/body/source']],
    ['no data', { type: 'sensor', source }, ['#/body/data']],
    ['nothing at all', {}, ['#/body/type', '#/body/data', '#/body/source']],
    ['a type with a space', plainRecord(source, { type: 'a b' }), ['#/body/type']],
    ['a type of 101 letters', plainRecord(source, { type: 'a'.repeat(101) }), ['#/body/type']],
    ['a type that is a number', plainRecord(source, { type: 7 }), ['#/body/type']],
    ['a source with a slash', plainRecord('a/b'), ['#/body/source']],
    ['a source of 65 letters', plainRecord('a'.repeat(65)), ['#/body/source']],
    ['an id with a space', plainRecord(source, { id: 'a b' }), ['#/body/id']],
    ['a field that is not known', plainRecord(source, { sauce: 1 }), ['#/body/sauce']],
    ['two of them', plainRecord(source, { 'a/b': 1, 'c~d': 1 }), ['#/body/a~1b', '#/body/c~0d']],
    ['a number', 42, ['#/body']],
    ['a string', '"record"', ['#/body']],
    ['null', 'null', ['#/body']],
    ['an empty list', [], ['#/body']],
    ['__proto__', '{"type":"a","source":"a","data":1,"__proto__":{"admin":true}}', ['#/body/__proto__']],
  ])('%s', async (_what, body, pointers) => {
    expect((await pointersOf('/ingest', body)).sort()).toEqual(pointers.sort());
  });

  it('in a list, by its place', async () => {
    const list = [plainRecord(source), { ...plainRecord(source), type: '' }, plainRecord('-')];

    expect(await pointersOf('/ingest', list)).toEqual(['#/body/1/type', '#/body/2/source']);
    expect(await pointersOf('/ingest/batch', list)).toEqual(['#/body/1/type', '#/body/2/source']);
    expect(await pointersOf('/ingest/batch', { records: list })).toEqual([
      '#/body/records/1/type',
      '#/body/records/2/source',
    ]);
  });

  it('in a batch that is an object', async () => {
    expect(await pointersOf('/ingest/batch', { records: [] })).toEqual(['#/body/records']);
    expect(await pointersOf('/ingest/batch', { record: [] })).toEqual(['#/body/records', '#/body/record']);
    expect(await pointersOf('/ingest/batch', { records: [plainRecord(source)], more: 1 })).toEqual(['#/body/more']);
    expect(await pointersOf('/ingest/batch', plainRecord(source))).toContain('#/body/records');
  });

  it('at most a hundred times', async () => {
    const list = Array.from({ length: 100 }, () => ({}));

    expect(await faultsOf('/ingest', list)).toHaveLength(100);
  });
});

describe('points at what is wrong with a run', () => {
  const step = { name: 'checkout', status: 'succeeded' };
  const job = { name: 'test', status: 'succeeded' };

  it.each<[string, object, string[]]>([
    ['no pipeline', { pipeline: undefined }, ['#/body/data/pipeline']],
    ['an empty pipeline', { pipeline: '' }, ['#/body/data/pipeline']],
    ['no run_id', { run_id: undefined }, ['#/body/data/run_id']],
    ['an empty run_id', { run_id: '' }, ['#/body/data/run_id']],
    ['a negative run_id', { run_id: -1 }, ['#/body/data/run_id']],
    ['a run_id that is a list', { run_id: [1] }, ['#/body/data/run_id']],
    ['a status of another make', { status: 'success' }, ['#/body/data/status']],
    ['attempt 0', { attempt: 0 }, ['#/body/data/attempt']],
    ['half an attempt', { attempt: 1.5 }, ['#/body/data/attempt']],
    ['a time without an offset', { started_at: '2026-01-15T12:00:00' }, ['#/body/data/started_at']],
    ['a time that is a number', { started_at: 1768478400 }, ['#/body/data/started_at']],
    ['the 30th of February', { finished_at: '2026-02-30T12:00:00Z' }, ['#/body/data/finished_at']],
    ['a time before 1970', { queued_at: '1969-12-31T23:59:59Z' }, ['#/body/data/queued_at']],
    ['a URL that is a script', { url: 'javascript:alert(1)' }, ['#/body/data/url']],
    ['NUL in a title', { title: 'a\0b' }, ['#/body/data/title']],
    ['a lone surrogate in a branch', { branch: '\ud800' }, ['#/body/data/branch']],
    ['a field that is not known', { sha: 'abc' }, ['#/body/data/sha']],
    ['a job without a name', { jobs: [job, { ...job, name: undefined }] }, ['#/body/data/jobs/1/name']],
    [
      'a step with a bad status',
      { jobs: [{ ...job, steps: [step, { ...step, status: 'ok' }] }] },
      ['#/body/data/jobs/0/steps/1/status'],
    ],
    ['a job with an unknown field', { jobs: [{ ...job, runner: 'x' }] }, ['#/body/data/jobs/0/runner']],
    ['1,001 jobs', { jobs: Array.from({ length: 1001 }, () => job) }, ['#/body/data/jobs']],
    [
      'several at once',
      { status: 'ok', attempt: 'two', url: 'x' },
      ['#/body/data/attempt', '#/body/data/status', '#/body/data/url'],
    ],
  ])('%s', async (_what, data, pointers) => {
    expect((await pointersOf('/ingest', runRecord(source, data as Record<string, unknown>))).sort()).toEqual(pointers);
  });

  it('by its place in a batch', async () => {
    const records = [runRecord(source), runRecord(source, { run_id: '', jobs: [{ ...job, steps: [{}] }] })];

    expect(await pointersOf('/ingest/batch', { records })).toEqual([
      '#/body/records/1/data/run_id',
      '#/body/records/1/data/jobs/0/steps/0/name',
      '#/body/records/1/data/jobs/0/steps/0/status',
    ]);
  });

  it('says what a time and a status should be', async () => {
    const faults = await faultsOf('/ingest', runRecord(source, { started_at: 'yesterday', status: 'done' }));

    const details = Object.fromEntries(faults.map(({ pointer, detail }) => [pointer, detail]));
    expect(details['#/body/data/started_at']).toBe(
      'is not an ISO 8601 time with an offset, such as 2026-01-31T12:00:00Z',
    );
    expect(details['#/body/data/status']).toContain('"timed_out"');
  });

  it('is silent on a run that has all there is', async () => {
    const times = { queued_at: at(0), started_at: at(5), finished_at: at(65) };
    const full = {
      ...{ repository: 'acme/shop', attempt: 2, number: 7, title: 'Fix', trigger: 'push', branch: 'main' },
      ...{ commit: 'abc', actor: 'ann', url: 'https://ci.example.com/7', updated_at: at(65), run_id: 7, ...times },
      jobs: [
        { ...job, ...times, id: 'j1', runner_labels: ['linux'], runner_name: null, steps: [{ ...step, number: 3 }] },
      ],
    };
    await api.post('/ingest').send(runRecord(source, full)).expect(202);
  });
});

it.each<[string, object, string[]]>([
  ['no environment', { environment: undefined }, ['#/body/data/environment']],
  ['no deployment_id', { deployment_id: undefined }, ['#/body/data/deployment_id']],
  ['a service that is null', { service: null }, ['#/body/data/service']],
  ['a run_id that is null', { run_id: null, status: 'no' }, ['#/body/data/status']],
  ['a field that is not known', { tier: 'production' }, ['#/body/data/tier']],
  ['data that is no object', [], ['#/body/data']],
])('points at what is wrong with a deployment: %s', async (_what, data, pointers) => {
  const record = Array.isArray(data) ? { type: 'deployment', source, data } : deploymentRecord(source, { ...data });

  expect(await pointersOf('/ingest', record)).toEqual(pointers);
});

it('takes none of a batch where one is wrong', async () => {
  const own = unique('api');
  const list = [plainRecord(own), runRecord(own), runRecord(own, { status: 'ok' })];

  expect(await pointersOf('/ingest/batch', list)).toEqual(['#/body/2/data/status']);

  const { rows } = await connections().pool.query('SELECT FROM sources WHERE name = $1', [own]);
  expect(rows).toEqual([]);
});

it('takes 100 at once, a batch of as many as was configured, and not one more', async () => {
  const list = (length: number) => Array.from({ length }, () => ({ type: 'a', data: 1, source: 'a' }));

  await api.post('/ingest').send(list(100)).expect(202);
  expect(await pointersOf('/ingest', list(101))).toEqual(['#/body']);
  await api.post('/ingest/batch').send(list(100)).expect(202);
});

it('counts the bytes of a batch', async () => {
  const batch = (bytes: number) => {
    const text = JSON.stringify([{ type: 'a', data: '', source: 'a' }]);
    return text.replace('""', `"${'x'.repeat(bytes - text.length)}"`);
  };
  const send = (text: string) => api.post('/ingest/batch').set('Content-Type', 'application/json').send(text);

  await send(batch(4096)).expect(202);
  const { status, body } = await send(batch(4097));

  expect(status).toBe(413);
  expect(body.detail).toBe('The body is larger than 4096 bytes.');
});

it.each(['', 'k'.repeat(151), 'tab\there', 'caf\u00e9'])('refuses the Idempotency-Key %j', async (key) => {
  const { status, body } = await api.post('/ingest').set('Idempotency-Key', key).send(plainRecord(source));

  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ pointer: '#/headers/idempotency-key' }]);
});

it('goes by the names of types alone: what an object has by nature is no type that it knows', async () => {
  await api
    .post('/ingest')
    .send(plainRecord(source, { type: 'constructor' }))
    .expect(202);
  await api
    .post('/ingest')
    .send(plainRecord(source, { type: 'toString', data: {} }))
    .expect(202);
});
