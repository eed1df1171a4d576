import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisServer } from '../../../backend/test/redis-server.js';
import { freePort } from '../../../load/service/pitwall.js';
import type { Verdict } from '../../checks/check.js';
import { startTarget } from '../../checks/target.js';
import { nameOf, promqlOf, readDashboards, type Question } from './dashboard-file.js';
import { startBlackbox, startEdge } from './edge.js';
import { pastOf } from './history.js';
import { ask, SCRAPE_SECONDS, startPrometheus, writeHistory } from './prometheus-server.js';
import { answerTable, type Answered } from './answer-table.js';
import { sendTraffic } from './traffic.js';
import { substitute, type Values } from './variables.js';
import { programVersion } from './versions.js';

const TRAFFIC_SECONDS = 60;
const RANGE_SECONDS = 15 * 60;
const STEP_SECONDS = 15;
/** Two scrapes and two evaluations, so that rules have seen what came last. */
const SETTLE_SECONDS = 4 * SCRAPE_SECONDS;

/** Every query of every panel, asked as Grafana would, of a Prometheus that watches a Pitwall with a minute of traffic. */
export async function askPrometheus(): Promise<Verdict> {
  const dashboards = await readDashboards();
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-grafana-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const token = randomBytes(32).toString('hex');
    const metricsPort = await freePort();
    const redis = await startRedisServer();
    if (!redis) throw new Error('redis-server did not start.');
    closing.push(() => redis.stop());
    const environment = { METRICS_PORT: String(metricsPort), METRICS_TOKEN: token, REDIS_URL: redis.url };
    const target = await startTarget({ logFile: join(folder, 'pitwall.log'), environment });
    closing.push(() => target.stop());
    const edge = await startEdge(folder, target.port);
    closing.push(() => edge.stop());
    const blackbox = await startBlackbox(folder);
    closing.push(() => blackbox.stop());
    await writeHistory(folder, pastOf(Date.now() / 1000));
    const addresses = { metrics: `127.0.0.1:${metricsPort}`, edge: edge.address, blackbox: blackbox.address };
    const prometheus = await startPrometheus(folder, addresses, token);
    closing.push(() => prometheus.stop());

    await sleep(2 * SCRAPE_SECONDS * 1000);
    const requests = await sendTraffic(target, TRAFFIC_SECONDS);
    await sleep(SETTLE_SECONDS * 1000);

    const values = await valuesOf(prometheus.url);
    const answers: Answered[] = [];
    for (const question of dashboards.flatMap(promqlOf)) answers.push(await answer(prometheus.url, question, values));
    const faults = answers.filter(({ fault }) => fault !== undefined);
    // What a healthy Pitwall has none of shows 0; whether its query would ever show anything else is not known from here.
    const zeros: string[] = [];
    for (const question of dashboards.flatMap(promqlOf)) {
      const bare = { ...question, text: withoutZero(question.text) };
      if (bare.text !== question.text && (await answer(prometheus.url, bare, values)).fault)
        zeros.push(nameOf(question));
    }
    const summary = `${await programVersion('prometheus')}: ${answers.length} queries of ${dashboards.length} dashboards after ${requests} requests`;
    return faults.length === 0
      ? {
          outcome: 'passed',
          summary: `${summary}, each with data`,
          details: zeros.map((name) => `only its 0: ${name}`),
        }
      : { outcome: 'failed', summary: `${summary}, ${faults.length} without`, details: answerTable(answers) };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** By the same queries as the variables of the dashboards. */
async function valuesOf(url: string): Promise<Values> {
  const labels = async (label: string, selector: string) => {
    const query = new URLSearchParams({ 'match[]': selector, start: String(Date.now() / 1000 - RANGE_SECONDS) });
    const { data } = (await (await fetch(`${url}/api/v1/label/${label}/values?${query}`)).json()) as { data: string[] };
    return data;
  };
  const jobs = await labels('job', 'pitwall_build_info');
  if (jobs.length !== 1) throw new Error(`Prometheus knows Pitwall as ${jobs.length} jobs: ${jobs.join(' ')}.`);
  const job = String(jobs[0]);
  return {
    job,
    // The past of a week before is of an instance that has gone; Grafana still shows it where all are chosen.
    instances: [...(await labels('instance', `pitwall_build_info{job="${job}"}`)), 'history'],
    kinds: await labels('kind', `pitwall_events_appended_total{job="${job}"}`),
    intervalSeconds: STEP_SECONDS,
    scrapeSeconds: SCRAPE_SECONDS,
    rangeSeconds: RANGE_SECONDS,
  };
}

/** Without what `orZero` and others put in the place of nothing. */
const withoutZero = (text: string) =>
  text.replaceAll(/ or (?:on \(\) label_replace\(vector\(0\)[^)]*\)|vector\(0\))/g, '');

interface Result {
  result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
}

async function answer(url: string, question: Question, values: Values): Promise<Answered> {
  const query = substitute(question.text, values);
  const now = Date.now() / 1000;
  const range = { start: String(now - RANGE_SECONDS), end: String(now), step: `${STEP_SECONDS}s` };
  try {
    const { result } = question.instant
      ? await ask<Result>(url, 'query', { query, time: String(now) })
      : await ask<Result>(url, 'query_range', { query, ...range });
    // What has no value (NaN) is drawn as nothing.
    const seen = result.map(({ value, values: points = value ? [value] : [] }) =>
      points.filter(([, text]) => Number.isFinite(Number(text))),
    );
    const series = seen.filter((points) => points.length > 0);
    const last = series[0]?.at(-1)?.[1];
    const named = question.joined && result.some(({ metric }) => '__name__' in metric);
    const fault = series.length === 0 ? 'no data' : named ? 'has the name of its metric, so no row fits' : undefined;
    return { question, query, series: series.length, last, fault };
  } catch (error) {
    return { question, query, series: 0, last: undefined, fault: String(error) };
  }
}
