import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortPair } from '../../../load/service/pitwall.js';
import type { Verdict } from '../../checks/check.js';
import { answerTable, type Answered } from './answer-table.js';
import { influxqlOf, readDashboards, type Question } from './dashboard-file.js';
import { k6Points, REQUESTS } from './k6-points.js';
import { startServer } from './server-process.js';
import { programVersion } from './versions.js';

const DATABASE = 'k6';
const RANGE_MS = 15 * 60_000;
const INTERVAL_MS = 5_000;
/** What must come out of the points that were written. */
const EXPECTED: Readonly<Record<string, number>> = { Requests: REQUESTS, Errors: 0.005, 'Checks passed': 0.99 };

/** Every InfluxQL query, asked as Grafana would, of an InfluxDB with the points of a test as k6 writes them. */
export async function askInfluxdb(): Promise<Verdict> {
  const questions = (await readDashboards()).flatMap(influxqlOf);
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-influxdb-'));
  let stop: () => Promise<unknown> = () => Promise.resolve();
  try {
    const [port, backupPort] = await freePortPair();
    const url = `http://127.0.0.1:${port}`;
    const config = join(folder, 'influxdb.conf');
    await writeFile(config, influxdbConfig(folder, port, backupPort));
    stop = await startServer({
      command: 'influxd',
      args: ['run', '-config', config],
      readyUrl: `${url}/ping`,
      logFile: join(folder, 'influxdb.log'),
    });
    await query(url, `CREATE DATABASE ${DATABASE}`);
    const points = k6Points(Date.now());
    const written = await fetch(`${url}/write?db=${DATABASE}&precision=ms`, {
      method: 'POST',
      body: points.join('\n'),
    });
    if (!written.ok) throw new Error(`InfluxDB takes no points: ${await written.text()}`);

    const answers: Answered[] = [];
    for (const question of questions) answers.push(await answer(url, question));
    const faults = answers.filter(({ fault }) => fault !== undefined);
    const summary = `${await programVersion('influxd', 'version')}: ${answers.length} queries over ${points.length} points as k6 writes them`;
    if (answers.length === 0) return { outcome: 'failed', summary: 'No panel asks InfluxDB.' };
    return faults.length === 0
      ? { outcome: 'passed', summary: `${summary}, each with data` }
      : { outcome: 'failed', summary: `${summary}, ${faults.length} wrong`, details: answerTable(answers) };
  } finally {
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const influxdbConfig = (folder: string, port: number, backupPort: number) => `
reporting-enabled = false
bind-address = "127.0.0.1:${backupPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
`;

interface Series {
  columns: string[];
  values: (string | number | null)[][];
}

async function query(url: string, text: string): Promise<Series[]> {
  const asked = await fetch(`${url}/query?db=${DATABASE}&epoch=ms`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ q: text }),
  });
  const { error, results = [] } = (await asked.json()) as {
    error?: string;
    results?: { error?: string; series?: Series[] }[];
  };
  const fault = error ?? results[0]?.error;
  if (fault !== undefined) throw new Error(fault);
  return results[0]?.series ?? [];
}

async function answer(url: string, question: Question): Promise<Answered> {
  const now = Date.now();
  const text = question.text
    .replaceAll('$timeFilter', `time >= ${now - RANGE_MS}ms and time <= ${now}ms`)
    .replaceAll('$__interval_ms', String(INTERVAL_MS))
    .replaceAll('$__interval', `${INTERVAL_MS / 1000}s`);
  try {
    const series = (await query(url, text)).filter(({ values }) => values.some(hasValue));
    const last = series[0]?.values.findLast(hasValue)?.[1];
    return { question, query: text, series: series.length, last: String(last), fault: faultOf(question, last) };
  } catch (error) {
    return { question, query: text, series: 0, last: undefined, fault: String(error) };
  }
}

/** Beside the time, which is always there. */
const hasValue = (row: (string | number | null)[]) => row.slice(1).some((value) => value !== null);

function faultOf({ panel, text }: Question, last: unknown): string | undefined {
  if (last === undefined) return 'no data';
  const expected = text.includes('GROUP BY') ? undefined : EXPECTED[panel];
  if (expected === undefined || Math.abs(Number(last) - expected) < 1e-9) return undefined;
  return `${String(last)} in place of ${expected}`;
}
