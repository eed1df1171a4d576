import { describe, expect, it } from '@jest/globals';
import { execute } from '../../../test/databases.js';
import { plainRecord, runRecord } from '../../../test/factories.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, clock, connections, ownerUrl, project } = startApi();

const DAY_MS = 24 * 3_600_000;

const stats = async () => (await api.get('/ingest/stats').expect(200)).body;
const recent = async (query = '') => (await api.get(`/ingest/recent${query}`).expect(200)).body.items;
const empty = () => execute(ownerUrl(), 'TRUNCATE events, event_counts, pending_events, quarantined_events');

describe('stats', () => {
  it('are nothing before anything came', async () => {
    await empty();

    expect(await stats()).toEqual({
      ...{ total: 0, bytes: 0, today: 0, pending: 0, quarantined: 0 },
      ...{ byType: [], bySource: [] },
    });
  });

  it('are exact after each answer', async () => {
    await empty();
    const source = unique('api');

    for (let count = 1; count <= 20; count++) {
      await api.post('/ingest').send(plainRecord(source)).expect(202);
      expect(await stats()).toMatchObject({ total: count, today: count });
    }
  });

  it('are exact after 100 requests in parallel, and never ahead of or behind what was answered', async () => {
    await empty();
    const sources = [unique('a'), unique('b')];
    let answered = 0;
    let begun = 0;
    const send = async (index: number) => {
      begun++;
      const source = sources[index % 2] as string;
      const record = index % 4 === 0 ? runRecord(source) : plainRecord(source);
      // One in ten is sent twice and counts once.
      if (index % 10 === 0) await api.post('/ingest').set('Idempotency-Key', String(index)).send(record).expect(202);
      await api.post('/ingest').set('Idempotency-Key', String(index)).send(record).expect(202);
      answered++;
      if (index % 7 !== 0) return;
      const before = answered;
      const { total } = await stats();
      expect(total).toBeGreaterThanOrEqual(before);
      expect(total).toBeLessThanOrEqual(begun);
    };

    await Promise.all(Array.from({ length: 100 }, (_, index) => send(index)));

    const { rows } = await connections().pool.query('SELECT sum(octet_length(body))::int AS bytes FROM events');
    const figures = await stats();
    expect(figures).toMatchObject({ total: 100, today: 100, pending: 25, bytes: rows[0].bytes });
    expect(figures.byType).toMatchObject([
      { type: 'sensor', count: 75 },
      { type: 'pipeline_run', count: 25 },
    ]);
    expect(figures.bySource).toMatchObject(sources.map((source) => ({ source, kind: 'records', count: 50 })));
    await project();
    expect(await stats()).toMatchObject({ total: 100, pending: 0 });
  });

  it('count as of today what came since midnight UTC', async () => {
    await empty();
    const source = unique('api');
    clock.now = new Date('2026-03-01T23:59:59.999Z');
    await api.post('/ingest').send(plainRecord(source)).expect(202);
    clock.now = new Date('2026-03-02T00:00:00.000Z');
    await api
      .post('/ingest')
      .send([plainRecord(source), plainRecord(source)])
      .expect(202);

    const { total, today, byType } = await stats();

    expect({ total, today }).toEqual({ total: 3, today: 2 });
    expect(new Date(byType[0].latestAt)).toEqual(clock.now);
  });
});

describe('recent', () => {
  it('is newest first, 20 where nothing else is said, and at most 100', async () => {
    await empty();
    const source = unique('api');
    const start = Date.now() - 3_600_000;
    for (let data = 0; data < 105; data++) {
      clock.now = new Date(start + data * 1_000);
      await api.post('/ingest').send(plainRecord(source, { data }));
    }
    clock.now = new Date();

    const order = async (query?: string) => (await recent(query)).map(({ data }: { data: number }) => data);
    expect(await order()).toEqual(Array.from({ length: 20 }, (_, index) => 104 - index));
    expect(await order('?limit=1')).toEqual([104]);
    expect(await order('?limit=100')).toEqual(Array.from({ length: 100 }, (_, index) => 104 - index));
  });

  it.each(['0', '101', '1000', '-1', '1.5', 'many', '', '%201'])('refuses the limit "%s"', async (limit) => {
    const { status, body } = await api.get(`/ingest/recent?limit=${limit}`);

    expect({ status, pointer: body.errors?.[0].pointer }).toEqual({ status: 400, pointer: '#/query/limit' });
  });

  it('finds what is older than the widest span that it looks through', async () => {
    await empty();
    const source = unique('api');
    clock.now = new Date(Date.now() - 400 * DAY_MS);
    await api.post('/ingest').send(plainRecord(source, { data: 'old' }));
    clock.now = new Date();
    await api.post('/ingest').send(plainRecord(source, { data: 'new' }));

    expect((await recent('?limit=2')).map(({ data }: { data: string }) => data)).toEqual(['new', 'old']);
  });

  it('shows a record as it was told, and only that it came where it is large', async () => {
    await empty();
    const source = unique('api');
    const data = { temperature: 25.5, list: [null, true, 'é\u0000'], nested: { __proto__: 1 } };
    await api.post('/ingest').send(plainRecord(source, { data }));
    await api.post('/ingest').send(plainRecord(source, { data: 'x'.repeat(17_000) }));

    const items = await recent();

    expect(items.find(({ bytes }: { bytes: number }) => bytes < 1000)).toEqual({
      ...{ id: expect.any(String), type: 'sensor', source, kind: 'records', receivedAt: clock.now.toISOString() },
      ...{ bytes: JSON.stringify(plainRecord(source, { data })).length + 1, data, quarantined: false },
    });
    expect(items.find(({ bytes }: { bytes: number }) => bytes > 1000)).toMatchObject({ data: null });
  });

  it.each([
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['white space around it', (text: string) => `\n ${text} \n`],
    ['an overflowing number', (text: string) => text.replace('1}', '1e400000}')],
    ['lone surrogates', (text: string) => text.replace('1}', '"\\ud800"}')],
  ])('goes on after a record with %s', async (_what, change) => {
    await empty();
    const text = change(`{"type":"sensor","source":"${unique('api')}","data":1}`);
    await api.post('/ingest').set('Content-Type', 'application/json').send(text).expect(202);

    expect(await recent()).toHaveLength(1);
  });
});
