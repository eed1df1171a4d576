import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';

/** TypeScript knows WebAssembly only together with the whole DOM. */
declare const WebAssembly: {
  instantiate(bytes: Buffer, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/**
 * Prisma's own schema engine, in the WebAssembly build that npm carries: `prisma migrate` would download a native one.
 * It writes the standard `_prisma_migrations` table, so `prisma migrate deploy` elsewhere agrees with it.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  work: (engine: engineModule.SchemaEngine) => Promise<T>,
): Promise<T> {
  await (instantiated ??= instantiate());
  const adapter = new PrismaPg({ connectionString: databaseUrl });
  const connections: SqlDriverAdapter[] = [];
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    async connect() {
      const connection = await adapter.connect();
      connections.push(connection);
      return mended(connection);
    },
    connectToShadowDb: async () => mended(await connectToShadow(databaseUrl)),
  });
  const engine = await engineModule.SchemaEngine.new({ datamodels: undefined }, () => undefined, factory);
  try {
    return await work(engine);
  } finally {
    engine.free();
    for (const connection of connections) await connection.dispose();
  }
}

/** The engine's glue holds one instance for the process: a second one would mix up their memories. */
let instantiated: Promise<void> | undefined;

async function instantiate(): Promise<void> {
  const module = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const { instance } = await WebAssembly.instantiate(await readFile(module.replace(/\.js$/, '.wasm')), {
    './schema_engine_bg.js': { ...engineModule, ...timersThatHoldNothingUp() },
  });
  // The engine reports a panic to this global before it traps.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: throwPanic } });
  engineModule.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}

/** The engine never clears its timer for the migration lock, which would keep the process for ten seconds more. */
function timersThatHoldNothingUp() {
  const names = Object.keys(engineModule).filter((name) => name.startsWith('__wbg_setTimeout'));
  const start = (callback: () => void, ms: number) => setTimeout(callback, ms >>> 0).unref();
  return Object.fromEntries(names.map((name) => [name, start]));
}

/** A throw-away database, for replaying the migrations. adapter-pg's own is dropped while it is still connected to. */
async function connectToShadow(databaseUrl: string): Promise<SqlDriverAdapter> {
  const name = `pitwall_shadow_${randomUUID()}`;
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  await execute(databaseUrl, `CREATE DATABASE "${name}"`);
  const shadow = await new PrismaPg({ connectionString: url.href }).connect();
  const dispose = shadow.dispose.bind(shadow);
  shadow.dispose = async () => {
    await dispose();
    await execute(databaseUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  };
  return shadow;
}

async function execute(databaseUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // eslint-disable-next-line pitwall/static-sql -- The name of a database takes no parameter; it is made here of a UUID.
  await client.query(statement).finally(() => client.end());
}

function throwPanic(message: string): never {
  throw new Error(`The schema engine panicked: ${message}`);
}

const mended = (adapter: SqlDriverAdapter) => readingCatalogues(runningWholeScripts(adapter));

/**
 * adapter-pg 7.10 cuts a script at each semicolon, also within a function's body or a comment. Sent whole, PostgreSQL
 * finds the statements, and a script that fails leaves nothing behind.
 */
function runningWholeScripts(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const { client } = adapter as unknown as { client: Pick<pg.Pool, 'query'> };
  // eslint-disable-next-line pitwall/static-sql -- A migration, of our own files.
  adapter.executeScript = async (script) => void (await client.query(script));
  return adapter;
}

const CATALOGUE_CHAR = 18;
const TEXT = 25;

/** The engine reads columns of the catalogues' one-byte "char" type, which adapter-pg 7.10 does not know. */
function readingCatalogues<T extends SqlDriverAdapter>(adapter: T): T {
  const inner = adapter as unknown as { performIO(query: unknown): Promise<pg.QueryArrayResult> };
  const performIO = inner.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  const characterColumns = new WeakMap<unknown[], number[]>();
  inner.performIO = async (query) => {
    const result = await performIO(query);
    characterColumns.set(result.rows, []);
    for (const [column, field] of result.fields.entries()) {
      if (field.dataTypeID !== CATALOGUE_CHAR) continue;
      field.dataTypeID = TEXT;
      characterColumns.get(result.rows)?.push(column);
    }
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const column of characterColumns.get(result.rows) ?? []) {
      result.columnTypes[column] = ColumnTypeEnum.Character;
    }
    return result;
  };
  return adapter;
}
