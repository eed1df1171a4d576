import { describe, expect, it } from '@jest/globals';
import { plainRecord } from '../../../test/factories.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, connections } = startApi();

const json = (path: string, text: string) => api.post(path).set('Content-Type', 'application/json').send(text);

const bodiesOf = async (ids: string[]): Promise<string[]> => {
  const { rows } = await connections().pool.query('SELECT id, body FROM events WHERE id = ANY($1::uuid[])', [ids]);
  const byId = new Map(rows.map(({ id, body }) => [id as string, String(body)]));
  return ids.map((id) => byId.get(id) ?? 'nothing');
};

const countOf = async (source: string): Promise<number> => {
  const { rows } = await connections().pool.query(
    'SELECT count(*)::int AS count FROM events e JOIN sources s ON s.id = e.source_id WHERE s.name = $1',
    [source],
  );
  return rows[0].count;
};

it('takes one record, and adds the source that it names', async () => {
  const source = unique('api');

  const { status, body } = await api.post('/ingest').send(plainRecord(source));

  expect(status).toBe(202);
  expect(body).toEqual({ accepted: 1, duplicates: 0, ids: [expect.any(String)] });
  expect(await countOf(source)).toBe(1);
});

it('keeps a type that it does not know, and does not project it', async () => {
  const source = unique('api');

  const { body } = await api.post('/ingest').send(plainRecord(source, { type: 'coffee.brewed/v2', data: null }));

  const { rows } = await connections().pool.query(
    'SELECT e.type, p.event_id FROM events e LEFT JOIN pending_events p ON p.event_id = e.id WHERE e.id = $1',
    body.ids,
  );
  expect(rows).toEqual([{ type: 'coffee.brewed/v2', event_id: null }]);
});

it.each([
  ['several', '/ingest', (records: object[]) => records],
  ['a batch as a list', '/ingest/batch', (records: object[]) => records],
  ['a batch as an object', '/ingest/batch', (records: object[]) => ({ records })],
])('takes %s, from several sources, and answers their ids in order', async (_what, path, wrap) => {
  const records = [1, 2, 3].map((data) => plainRecord(unique('api'), { data }));

  const { status, body } = await api.post(path).send(wrap(records));

  expect({ status, accepted: body.accepted }).toEqual({ status: 202, accepted: 3 });
  expect(await bodiesOf(body.ids)).toEqual(records.map((record) => JSON.stringify(record)));
});

describe('keeps the bytes as they came', () => {
  const record = (source: string, data: string) => `{ "type":"sensor",\n\t"source":"${source}", "data" : ${data} }`;
  const cases: [string, string][] = [
    ['white space', '[ 1 ,\r\n 2 ]'],
    ['a number that no double holds', '1e400000'],
    ['more digits than a double has', '0.1000000000000000055511151231257827'],
    ['keys that stand twice', '{"a":1,"a":2}'],
    ['escapes', '"\\u0000 \\ud800 \\/ \\u00e9"'],
    ['brackets and quotes in a string', '"]},{[ \\"x\\\\"'],
  ];

  it.each(cases)('of one record: %s', async (_what, data) => {
    const text = record(unique('api'), data);

    const { body } = await json('/ingest', text).expect(202);

    expect(await bodiesOf(body.ids)).toEqual([text]);
  });

  it('of each in a list, and in an object', async () => {
    const texts = cases.map(([, data]) => record(unique('api'), data));

    const list = await json('/ingest', `[${texts.join(',')}]`).expect(202);
    const batch = await json('/ingest/batch', `{"records":[${texts.join(',')}]}`).expect(202);

    expect(await bodiesOf(list.body.ids)).toEqual(texts);
    expect(await bodiesOf(batch.body.ids)).toEqual(texts);
  });

  it('of the records that were read, where a batch names two lists', async () => {
    const [ignored, read] = [record(unique('ignored'), '1'), record(unique('read'), '2')];

    const { status, body } = await json('/ingest/batch', `{"records":[${ignored},${ignored}],"records":[${read}]}`);

    expect({ status, accepted: body.accepted }).toEqual({ status: 202, accepted: 1 });
    expect(await bodiesOf(body.ids)).toEqual([read]);
  });

  it('of a batch whose one list has a name that is escaped', async () => {
    const text = record(unique('api'), '1');

    const { body } = await json('/ingest/batch', `{"re\\u0063ords":[${text}]}`).expect(202);

    expect(await bodiesOf(body.ids)).toEqual([text]);
  });
});

describe('counts once', () => {
  it("what comes 50 times in parallel under the sender's id", async () => {
    const record = plainRecord(unique('api'), { id: 'order-7' });

    const answers = await Promise.all(Array.from({ length: 50 }, () => api.post('/ingest').send(record)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(1);
    expect(answers.reduce((sum, { body }) => sum + body.duplicates, 0)).toBe(49);
    expect(new Set(answers.flatMap(({ body }) => body.ids)).size).toBe(1);
    expect(await countOf(record.source)).toBe(1);
  });

  it('what comes 50 times in parallel under one Idempotency-Key', async () => {
    const source = unique('api');
    const send = () => api.post('/ingest').set('Idempotency-Key', 'a key, with spaces').send(plainRecord(source));

    const answers = await Promise.all(Array.from({ length: 50 }, send));

    expect(answers.filter(({ body }) => body.accepted === 1)).toHaveLength(1);
    expect(await countOf(source)).toBe(1);
  });

  it('what stands twice in one batch', async () => {
    const source = unique('api');
    const records = ['a', 'b', 'a'].map((id) => plainRecord(source, { id }));

    const { body } = await api.post('/ingest/batch').send(records);

    expect(body).toMatchObject({ accepted: 2, duplicates: 1 });
    expect(body.ids[0]).toBe(body.ids[2]);
    expect(await countOf(source)).toBe(2);
  });

  it('a batch that comes again under its key, record by record', async () => {
    const source = unique('api');
    const send = () =>
      api
        .post('/ingest/batch')
        .set('Idempotency-Key', 'night-run')
        .send([plainRecord(source), plainRecord(source), plainRecord(source, { id: 'own' })]);

    const [first, again] = [await send(), await send()];

    expect(first.body).toMatchObject({ accepted: 3, duplicates: 0 });
    expect(again.body).toMatchObject({ accepted: 0, duplicates: 3, ids: first.body.ids });
  });

  it("a record by the sender's id, under whatever key and in whatever batch it comes", async () => {
    const record = plainRecord(unique('api'), { id: 'order-8' });
    await api.post('/ingest').send(record).expect(202);

    const { body: single } = await api.post('/ingest').set('Idempotency-Key', 'one').send(record);
    const { body: batch } = await api.post('/ingest/batch').set('Idempotency-Key', 'two').send([record]);

    expect([single.duplicates, batch.duplicates]).toEqual([1, 1]);
  });

  it('an id for each source, not for all', async () => {
    const records = [plainRecord(unique('api'), { id: 'one' }), plainRecord(unique('api'), { id: 'one' })];

    const { body } = await api.post('/ingest').send(records);

    expect(body).toMatchObject({ accepted: 2, duplicates: 0 });
  });

  it('nothing that only looks alike: an id, a key, and the place in a batch are three things', async () => {
    const source = unique('api');

    await api.post('/ingest').send([plainRecord(source, { id: 'key:a' }), plainRecord(source, { id: 'a' })]);
    await api.post('/ingest').set('Idempotency-Key', 'a').send(plainRecord(source)).expect(202);
    await api.post('/ingest').set('Idempotency-Key', 'a#0').send(plainRecord(source)).expect(202);
    await api
      .post('/ingest/batch')
      .set('Idempotency-Key', 'a')
      .send([plainRecord(source)])
      .expect(202);

    expect(await countOf(source)).toBe(5);
  });
});

it("refuses a source that takes a provider's deliveries, and keeps nothing of that batch", async () => {
  const github = unique('github');
  const other = unique('api');
  await api.post('/sources').send({ name: github, kind: 'github' }).expect(201);

  const { status, body } = await api.post('/ingest').send([plainRecord(other), plainRecord(github)]);

  expect(status).toBe(409);
  expect(body.detail).toContain(github);
  expect(await countOf(other)).toBe(0);
});

it('refuses a source of records that was deleted', async () => {
  const source = unique('api');
  await api.post('/ingest').send(plainRecord(source)).expect(202);
  const { rows } = await connections().pool.query('SELECT id FROM sources WHERE name = $1', [source]);
  await api.delete(`/sources/${rows[0].id}`).expect(204);

  await api.post('/ingest').send(plainRecord(source)).expect(409);
});
