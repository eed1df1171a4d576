import { capitalised, type FeatureNames } from './names.js';

/** The files of a feature, by their names in its folder. */
export const templatesOf = (names: FeatureNames): { file: string; text: string }[] =>
  Object.entries({ schema, repository, service, routes, 'api.test': apiTest }).map(([part, template]) => ({
    file: `${names.file}.${part}.ts`,
    text: template(names),
  }));

const schema = ({ value, type }: FeatureNames) => `import { z } from 'zod';
import { storableText, timestamp } from '../../http/fields.js';
import { pageOf, pageQuery } from '../../http/pagination.js';

export const new${type}Schema = z.strictObject({ name: storableText(100) }).meta({ id: 'New${type}' });

export const ${value}Schema = z
  .object({ id: z.uuid(), name: z.string(), createdAt: timestamp() })
  .meta({ id: '${type}' });

export const ${value}Params = z.object({ id: z.uuid() });
export const ${value}Query = pageQuery;
export const ${value}PageSchema = pageOf(${value}Schema).meta({ id: '${type}Page' });

export type New${type} = z.output<typeof new${type}Schema>;
`;

const repository = ({
  file,
  value,
  type,
  words,
}: FeatureNames) => `import type { Database } from '../../database/client.js';
import { isUniqueViolation } from '../../database/errors.js';
import { ConflictError } from '../../errors.js';
import type { PageRequest } from '../../http/pagination.js';
import type { New${type} } from './${file}.schema.js';

const columns = { id: true, name: true, createdAt: true } as const;

export type ${type}Row = NonNullable<Awaited<ReturnType<${type}Repository['findById']>>>;

export class ${type}Repository {
  constructor(private readonly database: Pick<Database, '${value}'>) {}

  /** One more than asked for, newest first: the service tells from it whether a page follows. */
  list({ limit, cursor }: PageRequest) {
    const before = cursor && {
      OR: [{ createdAt: { lt: new Date(cursor.key) } }, { createdAt: new Date(cursor.key), id: { lt: cursor.id } }],
    };
    return this.database.${value}.findMany({
      where: { ...before },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      select: columns,
    });
  }

  findById(id: string) {
    return this.database.${value}.findUnique({ where: { id }, select: columns });
  }

  async insert(data: New${type}): Promise<${type}Row> {
    try {
      return await this.database.${value}.create({ data, select: columns });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new ConflictError(\`There is a ${words} named \${data.name}.\`, { cause: error });
    }
  }

  /** Answers whether there was one. */
  async delete(id: string): Promise<boolean> {
    const { count } = await this.database.${value}.deleteMany({ where: { id } });
    return count > 0;
  }
}
`;

const service = ({
  file,
  values,
  value,
  type,
  words,
}: FeatureNames) => `import { NotFoundError } from '../../errors.js';
import { pageOfRows, type PageRequest } from '../../http/pagination.js';
import type { ${type}Repository, ${type}Row } from './${file}.repository.js';
import type { New${type} } from './${file}.schema.js';

export class ${type}Service {
  constructor(private readonly ${values}: Pick<${type}Repository, 'list' | 'findById' | 'insert' | 'delete'>) {}

  async list(page: PageRequest) {
    return pageOfRows(await this.${values}.list(page), page.limit, (row) => row);
  }

  async get(id: string): Promise<${type}Row> {
    const ${value} = await this.${values}.findById(id);
    if (!${value}) throw new NotFoundError(\`There is no ${words} \${id}.\`);
    return ${value};
  }

  create(${value}: New${type}): Promise<${type}Row> {
    return this.${values}.insert(${value});
  }

  async delete(id: string): Promise<void> {
    if (!(await this.${values}.delete(id))) throw new NotFoundError(\`There is no ${words} \${id}.\`);
  }
}
`;

const routes = (names: FeatureNames) => {
  const { file, folder, value, values, type, words, manyWords } = names;
  return `import { ConflictError, NotFoundError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { new${type}Schema, ${value}PageSchema, ${value}Params, ${value}Query, ${value}Schema } from './${file}.schema.js';
import type { ${type}Service } from './${file}.service.js';

const tag = '${capitalised(manyWords)}';

export const ${value}Routes = (${values}: ${type}Service) => [
  endpoint({
    method: 'get',
    path: '/${folder}',
    tag,
    summary: 'List the ${manyWords}',
    access: 'viewer',
    rate: 'read',
    request: { query: ${value}Query },
    response: { status: 200, schema: ${value}PageSchema },
    errors: [],
    handle: ({ query }) => ${values}.list(query),
  }),
  endpoint({
    method: 'post',
    path: '/${folder}',
    tag,
    summary: 'Make a ${words}',
    access: 'maintainer',
    rate: 'default',
    audit: '${value}.created',
    request: { body: new${type}Schema },
    example: { name: 'example' },
    response: { status: 201, schema: ${value}Schema },
    errors: [ConflictError],
    location: ({ id }) => \`/api/v1/${folder}/\${id}\`,
    handle: ({ body }) => ${values}.create(body),
  }),
  endpoint({
    method: 'get',
    path: '/${folder}/{id}',
    tag,
    summary: 'One ${words}',
    access: 'viewer',
    rate: 'read',
    request: { params: ${value}Params },
    response: { status: 200, schema: ${value}Schema },
    errors: [NotFoundError],
    handle: ({ params }) => ${values}.get(params.id),
  }),
  endpoint({
    method: 'delete',
    path: '/${folder}/{id}',
    tag,
    summary: 'Delete a ${words}',
    access: 'maintainer',
    rate: 'default',
    audit: '${value}.deleted',
    request: { params: ${value}Params },
    response: { status: 204 },
    errors: [NotFoundError],
    handle: ({ params }) => ${values}.delete(params.id),
  }),
];
`;
};

const apiTest = ({ folder, words }: FeatureNames) => `import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { startApi, unique } from '../../../test/start-api.js';

const { api } = startApi();
const create = (name = unique('${words}')) => api.post('/${folder}').send({ name });

it('is made, shown, listed and deleted', async () => {
  const { body: made, headers } = await create('first').expect(201);
  const { body: newer } = await create().expect(201);

  expect(headers.location).toBe(\`/api/v1/${folder}/\${made.id}\`);
  expect((await api.get(\`/${folder}/\${made.id}\`).expect(200)).body).toEqual(made);
  const { body: page } = await api.get('/${folder}?limit=1').expect(200);
  expect(page.items).toEqual([newer]);
  const { body: next } = await api.get(\`/${folder}?limit=1&cursor=\${page.nextCursor}\`).expect(200);
  expect(next).toEqual({ items: [made], nextCursor: null });

  await api.delete(\`/${folder}/\${made.id}\`).expect(204);
  await api.get(\`/${folder}/\${made.id}\`).expect(404);
  await api.delete(\`/${folder}/\${made.id}\`).expect(404);
});

it('is refused under a name that is taken, also of two that race', async () => {
  const name = unique('${words}');

  const answers = await Promise.all([create(name), create(name)]);

  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
});

it('points at what is wrong', async () => {
  const { body } = await api.post('/${folder}').send({ name: '', extra: 1 }).expect(400);

  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['#/body/name', '#/body/extra']);
  await api.get(\`/${folder}/\${randomUUID()}\`).expect(404);
});
`;
