import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deploymentRecord, runRecord } from '../../test/factories.js';
import { startApi, unique } from '../../test/start-api.js';
import { PostgresListener } from '../database/listener.js';
import { PROJECTED_CHANNEL, type Projected } from '../features/projector/projector.service.js';

/** Two processes on one database: the first projects, the second hears of it. */
const first = startApi();
const second = startApi({ databaseUrl: first.databaseUrl });

let listener: PostgresListener;
let heard: () => void = () => undefined;
beforeAll(async () => {
  listener = new PostgresListener({
    url: first.databaseUrl(),
    channels: {
      [PROJECTED_CHANNEL]: (payload) => {
        second.services().onProjected(JSON.parse(payload) as Projected);
        heard();
      },
    },
    onGap: () => undefined,
    onError: () => undefined,
  });
  await listener.open();
});
afterAll(() => listener.close());

const { api, project } = first;

async function send(...records: object[]): Promise<void> {
  await api.post('/ingest').send(records).expect(202);
  const notified = new Promise<void>((resolve) => (heard = resolve));
  await project();
  await notified;
}

describe('an answer that is kept', () => {
  it('has a tag, and is not sent again to who has it', async () => {
    const repository = unique('acme/shop');
    await send(runRecord(unique('api'), { repository }));
    const path = `/runs?repository=${repository}`;

    const { headers } = await api.get(path).expect(200);
    expect(headers.etag).toMatch(/^"[\w-]{20,}"$/);

    const again = await api.get(path).set('If-None-Match', String(headers.etag));
    expect({ status: again.status, text: again.text, etag: again.headers.etag }).toEqual({
      ...{ status: 304, text: '', etag: headers.etag },
    });
  });

  it.each([
    ['among others', (etag: string) => `"other", ${etag}, W/"third"`, 304],
    ['made weak by a proxy that compresses', (etag: string) => `W/${etag}`, 304],
    ['as any at all', () => '*', 304],
    ['without its quotes', (etag: string) => etag.slice(1, -1), 200],
    ['cut', (etag: string) => `${etag.slice(0, -2)}"`, 200],
    ['of another answer', () => '"other"', 200],
  ])('takes the tag %s', async (_how, given, status) => {
    const { headers } = await api.get('/pipelines?limit=1').expect(200);

    await api
      .get('/pipelines?limit=1')
      .set('If-None-Match', given(String(headers.etag)))
      .expect(status);
  });

  it.each([
    ['/runs', 'repository', (repository: string) => runRecord(unique('api'), { repository })],
    ['/pipelines', 'repository', (repository: string) => runRecord(unique('api'), { repository })],
    ['/deployments', 'service', (service: string) => deploymentRecord(unique('api'), { service })],
  ])('of %s is another one after a projection, here and in another process', async (list, parameter, recordOf) => {
    const name = unique('acme/shop');
    const path = `${list}?${parameter}=${name}`;
    const read = async () => {
      const [one, other] = [await first.api.get(path).expect(200), await second.api.get(path).expect(200)];
      expect(one.headers.etag).toBe(other.headers.etag);
      return { etag: String(one.headers.etag), counts: [one.body.items.length, other.body.items.length] };
    };
    const before = await read();
    expect(before.counts).toEqual([0, 0]);

    await send(recordOf(name));

    const after = await read();
    expect(after.counts).toEqual([1, 1]);
    expect(after.etag).not.toBe(before.etag);
    await api.get(path).set('If-None-Match', before.etag).expect(200);
  });

  it('is the same one while nothing changes, for readers who come at once too', async () => {
    const path = `/runs?branch=${unique('branch')}`;

    const answers = await Promise.all(Array.from({ length: 20 }, () => api.get(path).expect(200)));

    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(1);
  });

  it('goes by all that was asked for', async () => {
    const repository = unique('acme/shop');
    const source = unique('api');
    await send(
      runRecord(source, { repository, branch: 'a', status: 'failed' }),
      runRecord(source, { repository, branch: 'b', status: 'succeeded' }),
    );
    const count = async (query: string) =>
      (await api.get(`/runs?repository=${repository}${query}`).expect(200)).body.items.length;

    expect([await count(''), await count('&branch=a'), await count('&status=failed'), await count('&limit=1')]).toEqual(
      [2, 1, 1, 1],
    );
    expect([await count('&branch=b&status=failed'), await count('&branch=a&status=failed')]).toEqual([0, 1]);
  });
});

it('has no tag where it is read anew each time', async () => {
  const { headers } = await api.get('/ingest/quarantine').expect(200);

  expect(headers.etag).toBeUndefined();
});
