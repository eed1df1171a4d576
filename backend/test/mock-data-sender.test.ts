import { expect, it } from '@jest/globals';
import type { MockRecord } from '../../scripts/mock-data/record.js';
import { sendRecords, untilProjected } from '../../scripts/mock-data/sender.js';
import { PitwallClient, PitwallError, UnreachableError } from '../../scripts/pitwall-client.js';

const record = (id: number, padding = 0): MockRecord => ({
  type: 'pipeline_run',
  source: 'mock-history',
  id: `run-${id}`,
  data: { text: 'x'.repeat(padding) },
});
const records = (count: number, padding = 0) => Array.from({ length: count }, (_, id) => record(id, padding));
const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

/** A Pitwall that keeps what it is sent, answering by `answer`. */
function fakePitwall(answer: (attempt: number, body: string) => Response) {
  const bodies: string[] = [];
  const waits: number[] = [];
  const underWay = { now: 0, most: 0 };
  const client = new PitwallClient('http://pitwall.test', 'token', {
    fetch: async (_url, { body }) => {
      underWay.most = Math.max(underWay.most, ++underWay.now);
      await new Promise(setImmediate);
      underWay.now--;
      bodies.push(String(body));
      return answer(bodies.length, String(body));
    },
    sleep: (ms) => Promise.resolve(waits.push(ms)),
  });
  return { client, bodies, waits, underWay };
}

const accepting = (_: number, body: string) => json(202, { accepted: JSON.parse(body).length, duplicates: 0, ids: [] });
const options = { inFlight: 3, onSent: () => undefined };

it('sends every record once, in batches within the limits, a few at a time', async () => {
  const { client, bodies, underWay } = fakePitwall(accepting);

  const receipt = await sendRecords(records(2_300), client, options);

  const batches = bodies.map((body) => JSON.parse(body) as MockRecord[]);
  expect(receipt).toEqual({ accepted: 2_300, duplicates: 0 });
  expect(batches.every((batch) => batch.length <= 500)).toBe(true);
  expect(new Set(batches.flat().map(({ id }) => id)).size).toBe(2_300);
  expect(underWay.most).toBe(3);
});

it('makes smaller batches of large records', async () => {
  const { client, bodies } = fakePitwall(accepting);

  await sendRecords(records(20, 1024 * 1024), client, options);

  expect(bodies).toHaveLength(7);
  expect(Math.max(...bodies.map((body) => Buffer.byteLength(body)))).toBeLessThanOrEqual(4 * 1024 * 1024 + 2);
});

it('waits as long as it is told and sends the same again', async () => {
  const { client, bodies, waits } = fakePitwall((attempt, body) =>
    attempt < 3 ? json(503, { title: 'Service Unavailable' }, { 'retry-after': '2' }) : accepting(attempt, body),
  );

  const receipt = await sendRecords(records(10), client, options);

  expect(receipt.accepted).toBe(10);
  expect(waits).toEqual([2_000, 2_000]);
  expect(new Set(bodies).size).toBe(1);
});

it('says why a batch was refused', async () => {
  const { client, bodies } = fakePitwall(() =>
    json(400, { title: 'Bad Request', errors: [{ pointer: '#/body/0/type', detail: 'is not a name' }] }),
  );

  await expect(sendRecords(records(10), client, options)).rejects.toThrow(/400 Bad Request.*#\/body\/0\/type/);
  await expect(sendRecords(records(10), client, options)).rejects.toBeInstanceOf(PitwallError);
  expect(bodies).toHaveLength(2);
});

it('waits until nothing is pending', async () => {
  const { client, waits } = fakePitwall((attempt) => json(200, { pending: 3 - attempt }));
  const heard: number[] = [];

  await untilProjected(
    client,
    (ms) => Promise.resolve(waits.push(ms)),
    (pending) => heard.push(pending),
  );

  expect(heard).toEqual([2, 1, 0]);
  expect(waits).toHaveLength(2);
});

it.each([
  ['nothing answers', () => Promise.reject(new TypeError('fetch failed')), /nothing answered/],
  ['something else answers', () => Promise.resolve(json(200, { name: 'Other' })), /is not Pitwall/],
  ['it answers with an error', () => Promise.resolve(json(404, {})), /answered 404/],
])('says in a sentence that %s', async (_, fetch, message) => {
  const client = new PitwallClient('http://pitwall.test', 'token', { fetch, sleep: () => Promise.resolve() });

  await expect(client.checkReachable()).rejects.toThrow(message);
  await expect(client.checkReachable()).rejects.toBeInstanceOf(UnreachableError);
});
