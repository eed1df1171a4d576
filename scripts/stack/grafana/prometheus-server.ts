import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from '../../../load/service/pitwall.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { RULES_FOLDER } from './expressions.js';
import { startServer } from './server-process.js';

export const SCRAPE_SECONDS = 5;
const EVERY = `${SCRAPE_SECONDS}s`;

export interface Addresses {
  /** Host and port of each. */
  metrics: string;
  blackbox: string;
  /** Where Pitwall answers with TLS. */
  edge: string;
}

export interface PrometheusServer {
  url: string;
  stop(): Promise<void>;
}

interface ScrapeConfig {
  job_name: string;
  authorization?: { credentials_file: string };
  static_configs: { targets: string[] }[];
  relabel_configs?: { target_label: string; replacement?: string }[];
}

interface PrometheusConfig {
  global: Record<string, unknown>;
  alerting?: unknown;
  scrape_configs: ScrapeConfig[];
}

/**
 * Debian's Prometheus with the rules and the configuration of the repository; only addresses, the file of the token, and
 * intervals are others, and no Alertmanager is there to be told.
 */
export async function startPrometheus(
  folder: string,
  { metrics, blackbox, edge }: Addresses,
  token: string,
): Promise<PrometheusServer> {
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  await copyRules(join(folder, 'rules'));
  const config = parse(await readFile(join(ROOT, 'monitoring/prometheus/prometheus.yml'), 'utf8')) as PrometheusConfig;
  Object.assign(config.global, { scrape_interval: EVERY, scrape_timeout: '4s', evaluation_interval: EVERY });
  delete config.alerting;
  const port = await freePort();
  const own = `127.0.0.1:${port}`;
  const hosts = new Map([
    ['backend:9464', metrics],
    ['nginx:8443', edge],
    ['blackbox:9115', blackbox],
    ['localhost:9090', own],
  ]);
  const moved = (text: string) => [...hosts].reduce((all, [from, to]) => all.replace(from, to), text);
  config.scrape_configs = config.scrape_configs.filter(({ job_name: name }) => name !== 'alertmanager');
  for (const job of config.scrape_configs) {
    if (job.authorization) job.authorization.credentials_file = tokenFile;
    for (const group of job.static_configs) group.targets = group.targets.map(moved);
    for (const rule of job.relabel_configs ?? []) if (rule.replacement) rule.replacement = moved(rule.replacement);
  }
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, stringify(config));
  const stop = await startServer({
    command: 'prometheus',
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${own}`,
      '--log.level=warn',
    ],
    readyUrl: `http://${own}/-/ready`,
    logFile: join(folder, 'prometheus.log'),
  });
  return { url: `http://${own}`, stop };
}

/** Groups that are looked at rarely would not be looked at in the time of this check. */
async function copyRules(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of (await readdir(RULES_FOLDER)).filter((file) => file.endsWith('.yml'))) {
    const rules = parse(await readFile(join(RULES_FOLDER, name), 'utf8')) as { groups: { interval?: string }[] };
    for (const group of rules.groups) delete group.interval;
    await writeFile(join(folder, name), stringify(rules));
  }
}

/** Writes samples of the past into the data of a Prometheus that is not yet started. */
export async function writeHistory(folder: string, openMetrics: string): Promise<void> {
  const file = join(folder, 'history.txt');
  await writeFile(file, openMetrics);
  const args = ['tsdb', 'create-blocks-from', '--quiet', 'openmetrics', file, join(folder, 'data')];
  const { code, stdout, stderr } = await runCommand('promtool', args);
  if (code !== 0) throw new Error(`promtool wrote no history: ${stdout}${stderr}`);
}

/** An array of what was found; throws what Prometheus says of an expression that it cannot answer. */
export async function ask<T>(url: string, path: string, parameters: Record<string, string>): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters),
  });
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: T };
  if (status !== 'success') throw new Error(error);
  return data;
}
