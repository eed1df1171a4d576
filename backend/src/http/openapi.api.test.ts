import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { startApi } from '../../test/start-api.js';

const { api, client, signIn } = startApi();

interface Operation {
  'x-access'?: string;
  'x-rate-class'?: string;
  security: object[];
  responses: object;
  requestBody?: { content: Record<string, { example?: object }> };
}

type Document = { paths: Record<string, Record<string, Operation>> };

const served = async (): Promise<Document> => (await api.get('/api/openapi.json').expect(200)).body;

it('is the document that is committed, but for the version', async () => {
  const committed = JSON.parse(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8'));

  expect({ ...(await served()), info: null }).toEqual({ ...committed, info: null });
});

it('leads each reference to something', async () => {
  const document = await served();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => String(path));
  const target = (path: string) =>
    path.split('/').reduce<unknown>((at, key) => (at as Document)[key as 'paths'], document);

  expect(references.length).toBeGreaterThan(20);
  expect(references.filter((path) => target(path) === undefined)).toEqual([]);
});

it('says of each operation who may call it, and how often', async () => {
  const operations = Object.values((await served()).paths).flatMap((methods) => Object.values(methods));

  expect(operations.filter((operation) => !operation['x-access'] || !operation['x-rate-class'])).toEqual([]);
});

it('says how to be known to each operation that wants to know, and what it answers to others', async () => {
  const { paths } = await served();
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const open = ['public', 'signed'];

  for (const { 'x-access': access = '', 'x-rate-class': rate, security, responses } of operations) {
    const known = open.includes(access) ? [] : [{ bearer: [] }, { session: [] }];
    expect(security).toEqual(known);
    const refusals = [...(known.length > 0 ? ['401'] : []), ...(rate === 'none' ? [] : ['429'])];
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(refusals));
  }
  expect(new Set(operations.map((operation) => operation.security.length))).toEqual(new Set([0, 2]));
});

it('gives examples that are accepted', async () => {
  const { paths } = await served();
  const examples = Object.entries(paths).flatMap(([path, { post }]) => {
    const example = post?.requestBody?.content['application/json']?.example;
    return example && !path.includes('{') ? [{ path, example }] : [];
  });

  expect(examples.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/api/v1/ingest', '/api/v1/ingest/batch', '/api/v1/pipelines', '/api/v1/sources']),
  );
  const { headers } = await signIn();
  const person = client(() => headers);
  for (const { path, example } of examples) {
    const { status, body } = await person.post(path).send(example);
    // Nobody has the example's address and password, and no link its token.
    const wellFormed = status < 300 || [401, 404, 409].includes(status);
    expect({ path, wellFormed, body: wellFormed ? null : body }).toEqual({ path, wellFormed: true, body: null });
  }
});
