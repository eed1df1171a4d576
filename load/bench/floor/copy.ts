import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { recordText } from '../../client/workload.js';
import type { FloorRate, FloorTask } from './floor-task.js';

/** Batches of the rows that `POST /ingest/batch` appends, each a COPY and a commit of its own. Answers rows per second. */
export async function copyEvents(task: Extract<FloorTask, { kind: 'copy events' }>): Promise<FloorRate> {
  const { url, records, seconds } = task;
  const client = await connected(url);
  await client.query('CREATE TABLE IF NOT EXISTS events_floor (LIKE events INCLUDING ALL); TRUNCATE events_floor');
  const sourceId = randomUUID();
  const body = `\\\\x${Buffer.from(recordText('')).toString('hex')}`;
  let rows = 0;
  const started = performance.now();
  const deadline = started + seconds * 1000;
  while (performance.now() < deadline) {
    const key = randomUUID();
    const rest = `sensor\t${new Date().toISOString()}\t\\N\t${body}\n`;
    let text = '';
    for (let at = 0; at < records; at++) text += `${randomUUID()}\t${sourceId}\tkey:${key}#${at}\t${rest}`;
    await copyIn(client, 'events_floor (id, source_id, delivery_key, type, received_at, headers, body)', [text]);
    rows += records;
  }
  const perSecond = (rows * 1000) / (performance.now() - started);
  await client.query('TRUNCATE events_floor');
  await client.end();
  return { perSecond };
}

export interface CopiedTables {
  rows: number;
  seconds: number;
}

/** COPY of the rows that these tables hold into empty ones of the same shape, one after the other, in one transaction. */
export async function copyTables(task: Extract<FloorTask, { kind: 'copy tables' }>): Promise<CopiedTables> {
  const { url, tables } = task;
  const client = await connected(url);
  let rows = 0;
  const texts = new Map<string, Buffer[]>();
  for (const table of tables) {
    texts.set(table, (await client.query(copyTo(`COPY ${table} TO STDOUT`)).toArray()) as Buffer[]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${table}_floor (LIKE ${table} INCLUDING ALL); TRUNCATE ${table}_floor`,
    );
  }
  const started = performance.now();
  await client.query('BEGIN');
  for (const [table, chunks] of texts) rows += await copyIn(client, `${table}_floor`, chunks);
  await client.query('COMMIT');
  const seconds = (performance.now() - started) / 1000;
  for (const table of tables) await client.query(`TRUNCATE ${table}_floor`);
  await client.end();
  return { rows, seconds };
}

async function copyIn(client: pg.Client, target: string, chunks: (string | Buffer)[]): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${target} FROM STDIN`));
  await pipeline(Readable.from(chunks), stream);
  return stream.rowCount;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
