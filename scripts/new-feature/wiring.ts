import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureNames } from './names.js';

/** What goes in before the first line that matches. */
interface Insertion {
  before: RegExp;
  text: string;
}

/** The files that know every feature, with this one in them. Throws where one no longer has the line to go by. */
export async function wire(root: string, names: FeatureNames): Promise<{ file: string; text: string }[]> {
  return Promise.all(
    Object.entries(insertionsOf(names)).map(async ([file, insertions]) => {
      let text = await readFile(join(root, file), 'utf8');
      for (const { before, text: added } of insertions) {
        const at = text.search(before);
        if (at === -1)
          throw new Error(`${file} has no line like ${before}: say in scripts/new-feature where things go.`);
        text = text.slice(0, at) + added + text.slice(at);
      }
      return { file, text };
    }),
  );
}

const PRISMA_IDENTITY = /^\/\/ --- People/m;

function insertionsOf({ file, folder, value, values, type, words, table }: FeatureNames): Record<string, Insertion[]> {
  const feature = `./features/${folder}/${file}`;
  return {
    'backend/prisma/schema.prisma': [
      {
        before: PRISMA_IDENTITY,
        text: `model ${type} {
  id        String   @id @default(uuid(7)) @db.Uuid
  name      String   @unique @db.VarChar(100)
  createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(3)

  @@map("${table}")
}

`,
      },
    ],
    'backend/src/dependencies.ts': [
      {
        before: /^import \{ createIdentity \}/m,
        text: `import { ${type}Repository } from '${feature}.repository.js';\nimport { ${type}Service } from '${feature}.service.js';\n`,
      },
      {
        before: /^ {4}\/\*\* What was projected/m,
        text: `    ${values}: new ${type}Service(new ${type}Repository(database)),\n`,
      },
    ],
    'backend/src/app.ts': [
      { before: /^import \{ accountRoutes \}/m, text: `import { ${value}Routes } from '${feature}.routes.js';\n` },
      { before: /^ {8}\.\.\.infoRoutes/m, text: `        ...${value}Routes(services.${values}),\n` },
    ],
    'backend/src/database/roles.test.ts': [{ before: /'sources'\];$/m, text: `'${table}', ` }],
    'backend/src/audit-coverage.api.test.ts': [
      {
        before: /^ {2}'POST \/api\/v1\/sources':/m,
        text: `  'POST /api/v1/${folder}': () => ({ body: { name: unique('${words}') }, target: 'what was answered' }),
  'DELETE /api/v1/${folder}/{id}': () => made('/${folder}', { name: unique('${words}') }),
`,
      },
    ],
  };
}
