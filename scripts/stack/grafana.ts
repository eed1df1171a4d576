import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { renderDashboards } from '../../monitoring/grafana/src/render.js';
import { ROOT } from '../checks/command.js';
import type { Verdict } from '../checks/check.js';
import { askInfluxdb } from './grafana/ask-influxdb.js';
import { askPrometheus } from './grafana/ask-prometheus.js';
import { GRAFANA_FOLDER, isRow, nameOf, promqlOf, readDashboards } from './grafana/dashboard-file.js';
import { dashboardsOfAlerts, knownMetrics, metricsIn, syntaxFaults } from './grafana/expressions.js';
import { anchorsOf, layoutFaults, runbooksNamed } from './grafana/layout.js';
import { substitute } from './grafana/variables.js';
import { programVersion } from './grafana/versions.js';
import type { StackCheck } from './stack-check.js';

export const grafanaChecks: readonly StackCheck[] = [
  { name: 'dashboards: as generated', run: inStep },
  { name: 'dashboards: panels and places', run: layout },
  { name: 'dashboards: expressions', programs: ['promtool'], run: expressions },
  { name: 'dashboards: runbooks, alerts', run: links },
  {
    name: 'dashboards: answers of Prometheus',
    programs: ['prometheus', 'promtool', 'prometheus-blackbox-exporter', 'redis-server', 'openssl'],
    slow: true,
    run: askPrometheus,
  },
  { name: 'dashboards: answers of InfluxDB', programs: ['influxd'], run: askInfluxdb },
];

const verdict = (faults: string[], summary: string): Verdict =>
  faults.length === 0
    ? { outcome: 'passed', summary }
    : { outcome: 'failed', summary: `${faults.length} faults; ${summary}`, details: faults };

/** The JSON is what monitoring/grafana/src makes of itself, and nothing else lies beside it. */
async function inStep(): Promise<Verdict> {
  const rendered = await renderDashboards();
  const written = new Set((await readDashboards()).map(({ file }) => file));
  const faults = [...written].filter((file) => !rendered.has(file)).map((file) => `${file} is made by nothing`);
  for (const [file, text] of rendered) {
    const path = join(GRAFANA_FOLDER, 'dashboards', file);
    if (!existsSync(path)) faults.push(`${file} was not written`);
    else if ((await readFile(path, 'utf8')) !== text)
      faults.push(`${file} is not what its source says: make dashboards`);
  }
  return verdict(faults, `${rendered.size} files of monitoring/grafana/src`);
}

async function layout(): Promise<Verdict> {
  const dashboards = await readDashboards();
  const provisioning = await readFile(join(GRAFANA_FOLDER, 'provisioning/datasources/datasources.yml'), 'utf8');
  const { datasources } = parse(provisioning) as {
    datasources: { uid: string; jsonData: { timeInterval?: string } }[];
  };
  const provisioned = new Set(datasources.map(({ uid }) => uid));
  const faults = dashboards.flatMap((dashboard) => layoutFaults(dashboard, provisioned));
  const uids = dashboards.map(({ uid }) => uid);
  if (new Set(uids).size < uids.length) faults.push(`Dashboards have the same uid: ${uids.join(' ')}`);

  // $__rate_interval is derived from what the data source says, and has holes where Prometheus scrapes less often.
  const scraped = parse(await readFile(join(ROOT, 'monitoring/prometheus/prometheus.yml'), 'utf8')) as {
    global: { scrape_interval: string };
  };
  const said = datasources.find(({ uid }) => uid === 'prometheus')?.jsonData.timeInterval;
  if (said !== scraped.global.scrape_interval)
    faults.push(`The data source says ${said}, Prometheus scrapes every ${scraped.global.scrape_interval}`);

  const panels = dashboards.flatMap((dashboard) => dashboard.panels).filter((panel) => !isRow(panel));
  return verdict(faults, `${dashboards.length} dashboards, ${panels.length} panels, ${provisioned.size} data sources`);
}

/** Any values will do where only the form of an expression is looked at. */
const ANY_VALUES = {
  job: 'pitwall',
  instances: ['backend:9464', 'worker:9464'],
  kinds: ['github', 'records'],
  intervalSeconds: 15,
  scrapeSeconds: 15,
  rangeSeconds: 3600,
};

async function expressions(): Promise<Verdict> {
  const questions = (await readDashboards()).flatMap(promqlOf).map((question) => ({
    ...question,
    text: substitute(question.text, ANY_VALUES),
  }));
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-dashboards-'));
  try {
    const faults = await syntaxFaults(questions, folder);
    const known = await knownMetrics();
    const named = new Set<string>();
    for (const question of questions) {
      for (const metric of metricsIn(question.text)) {
        named.add(metric);
        if (!known.has(metric)) faults.push(`${nameOf(question)}: nothing is called ${metric}`);
      }
    }
    const version = await programVersion('promtool');
    return verdict(faults, `${version}: ${questions.length} expressions, ${named.size} metrics`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What panels say of runbooks is there, and so are the dashboards that alerts lead to. */
async function links(): Promise<Verdict> {
  const dashboards = await readDashboards();
  const named = dashboards.flatMap(runbooksNamed);
  const faults = new Set<string>();
  for (const reference of named) {
    const [file = '', anchor] = reference.split('#');
    const path = join(ROOT, file);
    if (!existsSync(path)) faults.add(`There is no ${file}`);
    else if (anchor !== undefined && !anchorsOf(await readFile(path, 'utf8')).has(anchor))
      faults.add(`${file} has no part #${anchor}`);
  }
  const uids = new Set(dashboards.map(({ uid }) => uid));
  const led = await dashboardsOfAlerts();
  for (const uid of led) if (!uids.has(uid)) faults.add(`An alert leads to the dashboard ${uid}, which there is not`);
  if (named.length === 0 || led.size === 0) faults.add('No panel names a runbook, or no alert a dashboard.');
  return verdict(
    [...faults],
    `${named.length} panels with a runbook, ${new Set(named).size} parts of runbooks, ${led.size} dashboards of alerts`,
  );
}
