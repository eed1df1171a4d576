import { expect, it } from '@jest/globals';
import { githubSignature } from '../../../test/github-delivery.js';
import { startApi, unique } from '../../../test/start-api.js';

const { api, connections, services } = startApi();

const SECRET = "It's a Secret to Everybody";
/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation */
const DOCUMENTED = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
const DOCUMENTED_SHA1 = 'sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59';

async function connect(secret = SECRET) {
  const { body } = await api
    .post('/sources')
    .send({ name: unique('github'), kind: 'github', secret })
    .expect(201);
  return body as { id: string; name: string; secret: string };
}

function deliver(source: string, body: string, headers: Record<string, string>) {
  return api
    .post(`/hooks/${source}`)
    .set({
      'Content-Type': 'application/json',
      'X-GitHub-Event': 'star',
      'X-GitHub-Delivery': unique('delivery'),
      ...headers,
    })
    .send(body);
}

const eventsOf = async (sourceId: string) => {
  const { rows } = await connections().pool.query('SELECT * FROM events WHERE source_id = $1', [sourceId]);
  return rows;
};

it("SEC3 accepts GitHub's documented example and keeps its bytes", async () => {
  const source = await connect();

  const { status, body } = await deliver(source.name, 'Hello, World!', { 'X-Hub-Signature-256': DOCUMENTED });

  expect({ status, outcome: body.outcome }).toEqual({ status: 202, outcome: 'accepted' });
  const [event] = await eventsOf(source.id);
  expect(event.body.toString()).toBe('Hello, World!');
  expect(event.type).toBe('star');
});

it.each([
  ['one changed byte', 'Hello, World?', { 'X-Hub-Signature-256': DOCUMENTED }, 'does not match the body'],
  ['an added space', 'Hello, World! ', { 'X-Hub-Signature-256': DOCUMENTED }, 'does not match the body'],
  ['no signature', 'Hello, World!', {}, 'no X-Hub-Signature-256'],
  ['SHA-1 alone', 'Hello, World!', { 'X-Hub-Signature': DOCUMENTED_SHA1 }, 'SHA-1 alone is not accepted'],
  ['SHA-1 in its place', 'Hello, World!', { 'X-Hub-Signature-256': DOCUMENTED_SHA1 }, '64 hexadecimal digits'],
  ['a cut signature', 'Hello, World!', { 'X-Hub-Signature-256': DOCUMENTED.slice(0, -2) }, '64 hexadecimal digits'],
])('SEC3 refuses %s and keeps nothing', async (_what, payload, headers, reason) => {
  const source = await connect();

  const { status, type, body } = await deliver(source.name, payload, headers);

  expect({ status, type }).toEqual({ status: 401, type: 'application/problem+json' });
  expect(body.detail).toContain(reason);
  expect(await eventsOf(source.id)).toEqual([]);
});

/** https://github.com/octokit/webhooks-methods.js/blob/main/test/verify.test.ts: GitHub's own library. */
const OCTOKIT: [string, string, string, string][] = [
  ['compact', 'mysecret', '{"foo":"bar"}', 'sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3'],
  [
    'indented',
    'mysecret',
    '{\n  "foo": "bar"\n}\n',
    'sha256=e3eccac34c43c7dc1cbb905488b1b81347fcc700a7b025697a9d07862256023f',
  ],
  [
    'with escaped control characters and hearts',
    'development',
    String.raw`{"foo":"Foo\n\u001B[34mbar: ♥♥♥♥♥♥♥♥\nthis-is-lost\u001B[0m\u001B[2K"}`,
    'sha256=afecc3caa27548bb90d51a50384cb2868b9a3327b4ad6a01c9bd4ed0f8b0b12c',
  ],
  [
    'with an escaped backslash',
    'development',
    String.raw`{"foo":"\\u001b"}`,
    'sha256=6f8326efbacfbd04e870cea25b5652e635be8c9807f2fd5348ef60753c9e96ed',
  ],
];

it.each(OCTOKIT)(
  "SEC3 accepts octokit's example %s, and the same in no other bytes",
  async (_what, secret, payload, signature) => {
    // These secrets are shorter than those that the API takes.
    const name = unique('octokit');
    const { id } = await services().sources.create({ name, kind: 'github', secret });
    const status = async (body: string) => (await deliver(name, body, { 'X-Hub-Signature-256': signature })).status;

    for (const body of [` ${payload}`, `${payload}\n`, payload.replace(':', ': '), payload.replace('foo', 'Foo')]) {
      expect(await status(body)).toBe(401);
    }
    expect(await eventsOf(id)).toEqual([]);
    expect(await status(payload)).toBe(202);
    expect((await eventsOf(id))[0].body.toString()).toBe(payload);
  },
);

it('SEC3 refuses a signature over the same fields in another order', async () => {
  const source = await connect();
  const signature = githubSignature('{"a":1,"b":2}', SECRET);

  await deliver(source.name, '{"b":2,"a":1}', { 'X-Hub-Signature-256': signature }).expect(401);
  await deliver(source.name, '{"a":1,"b":2}', { 'X-Hub-Signature-256': signature }).expect(202);
});

it('counts a delivery that is sent again once, and answers it alike', async () => {
  const source = await connect();
  const headers = { 'X-Hub-Signature-256': DOCUMENTED, 'X-GitHub-Delivery': unique('again') };

  const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(source.name, 'Hello, World!', headers)));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(answers.filter(({ body }) => body.outcome === 'accepted')).toHaveLength(1);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(await eventsOf(source.id)).toHaveLength(1);
});

it('accepts both secrets while one is rotated, and the old one no longer', async () => {
  const source = await connect('the first secret of it');
  const rotate = (overlapSeconds: number) =>
    api
      .post(`/sources/${source.id}/rotate-secret`)
      .send({ secret: 'the second secret of it', overlapSeconds })
      .expect(200);
  const outcome = async (secret: string) =>
    (await deliver(source.name, '{}', { 'X-Hub-Signature-256': githubSignature('{}', secret) })).status;

  await rotate(60);
  expect([await outcome('the first secret of it'), await outcome('the second secret of it')]).toEqual([202, 202]);

  await rotate(0);
  expect([await outcome('the first secret of it'), await outcome('the second secret of it')]).toEqual([401, 202]);
});

it('says which headers of a signed delivery are missing', async () => {
  const source = await connect();

  const { status, body } = await deliver(source.name, 'Hello, World!', {
    'X-Hub-Signature-256': DOCUMENTED,
    'X-GitHub-Event': ' ',
    'X-GitHub-Delivery': ' ',
  });

  expect(status).toBe(400);
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '#/headers/x-github-event',
    '#/headers/x-github-delivery',
  ]);
});

it('knows nothing of a source that is not there, was deleted, or takes records', async () => {
  const source = await connect();
  await api.delete(`/sources/${source.id}`).expect(204);
  const records = unique('records');
  await api.post('/ingest').send({ type: 'sensor', data: 1, source: records }).expect(202);

  for (const name of [unique('nobody'), source.name, records]) {
    await deliver(name, 'Hello, World!', { 'X-Hub-Signature-256': DOCUMENTED }).expect(404);
  }
});
