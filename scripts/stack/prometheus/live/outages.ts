import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Verdict } from '../../../checks/check.js';
import { selectorsIn } from '../metric-names.js';
import { OF_OTHERS } from '../exposed-metrics.js';
import { versionOf } from '../promtool.js';
import { readRules } from '../rule-files.js';
import { withTemporaryFolder } from '../temporary.js';
import { startEdge } from './edge.js';
import { startBreakablePitwall, type BreakablePitwall } from './pitwall.js';
import { PrometheusApi } from './prometheus-api.js';
import { GRAFANA_BASE, RUNBOOK_BASE, startAlertmanager, startBlackbox, startPrometheus } from './stack.js';
import { receiveWebhooks, type Notification, type WebhookReceiver } from './webhook-receiver.js';

/** REL28: a full outage is told of within two minutes. */
const PAGE_WITHIN_SECONDS = 120;
const RESOLVED_WITHIN_SECONDS = 180;
const SETTLED_WITHIN_SECONDS = 90;
const PROGRAMS = ['prometheus', 'prometheus-alertmanager', 'prometheus-blackbox-exporter'];

interface Outage {
  name: string;
  alert: string;
  begin(pitwall: BreakablePitwall): Promise<void>;
  end(pitwall: BreakablePitwall): Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  {
    name: 'PostgreSQL hangs',
    alert: 'PitwallUnreachable',
    begin: (pitwall) => pitwall.freezeDatabase(),
    end: (pitwall) => pitwall.thawDatabase(),
  },
  {
    name: 'the process is gone',
    alert: 'PitwallDown',
    begin: (pitwall) => pitwall.stop(),
    end: (pitwall) => pitwall.start(),
  },
];

/**
 * The repository's own files, with the times that they have, over real programs: an outage is made, and the notification must
 * arrive; it is mended, and so must that of its end.
 */
export async function checkOutages(): Promise<Verdict> {
  return withTemporaryFolder(async (folder) => {
    await using running = new AsyncDisposableStack();
    const metricsToken = randomBytes(24).toString('base64url');
    const pitwall = await startBreakablePitwall(metricsToken, join(folder, 'pitwall.log'));
    running.defer(() => pitwall.remove());
    const edge = await startEdge(folder, pitwall.url);
    running.defer(() => edge.close());
    const receiver = await receiveWebhooks();
    running.defer(() => receiver.close());
    const alertmanager = await startAlertmanager(folder, receiver);
    running.defer(() => alertmanager.daemon.stop());
    const blackbox = await startBlackbox(folder, edge);
    running.defer(() => blackbox.daemon.stop());
    const { url, daemon } = await startPrometheus(folder, {
      metricsPort: pitwall.metricsPort,
      metricsToken,
      edgePort: edge.port,
      blackboxPort: blackbox.port,
      alertmanagerPort: alertmanager.port,
    });
    running.defer(() => daemon.stop());
    const api = new PrometheusApi(url);

    const details = await untilSettled(api);
    for (const outage of OUTAGES) details.push(...(await tellOf(outage, pitwall, api, receiver)));
    if (!receiver.received.some(({ receiver: name }) => name === 'watchdog'))
      throw new Error('Watchdog never arrived.');
    const versions = await Promise.all(PROGRAMS.map(versionOf));
    return { outcome: 'passed', summary: `${versions.join(', ')}: ${OUTAGES.length} outages told of`, details };
  });
}

/** Every target answers, every rule works, what rules read of others is there, and nothing is wrong. */
async function untilSettled(api: PrometheusApi): Promise<string[]> {
  const rules = await readRules();
  const names = new Set(rules.flatMap(({ expr }) => selectorsIn(expr).map(({ metric }) => metric)));
  const others = [...names].filter((name) => OF_OTHERS.test(name));
  const faults = async () => {
    const targets = await api.query('up');
    const down = targets.filter(({ value }) => value !== 1).map(({ labels }) => `${labels.job} is not up`);
    if (targets.length !== 5) down.push(`${targets.length} targets instead of 5`);
    const broken = (await api.rules()).filter(({ health }) => health !== 'ok');
    const unknown: string[] = [];
    for (const name of others)
      if ((await api.query(`count(${name})`)).length === 0) unknown.push(`there is no ${name}`);
    const unmet = broken.map(({ name, health, lastError }) => `${name} is ${health} ${lastError ?? ''}`);
    return [...down, ...unmet, ...unknown];
  };
  await until('the monitoring works', SETTLED_WITHIN_SECONDS, async () => {
    const found = await faults();
    return found.length === 0 ? undefined : found.slice(0, 5).join('; ');
  });
  const firing = await api.firing();
  if (firing.length > 0) throw new Error(`Though nothing is wrong: ${firing.join(', ')}`);
  return [`${rules.length} rules work, 5 targets are up, and nothing fires`];
}

async function tellOf(outage: Outage, pitwall: BreakablePitwall, api: PrometheusApi, { received }: WebhookReceiver) {
  const isOf = (status: Notification['status'], since: number) => (notification: Notification) =>
    notification.alertname === outage.alert && notification.status === status && notification.at >= since;
  const arrival = async (status: Notification['status'], withinSeconds: number) => {
    const since = Date.now();
    const told = isOf(status, since);
    await until(`${outage.alert} is ${status}`, withinSeconds, async () =>
      received.some(told) ? undefined : `firing: ${(await api.firing()).join(', ') || 'nothing'}`,
    );
    const first = received.find(told) as Notification;
    return { first, seconds: Math.round((first.at - since) / 1000) };
  };
  await outage.begin(pitwall);
  const fired = await arrival('firing', PAGE_WITHIN_SECONDS);
  const faults = faultsOf(fired.first);
  if (faults.length > 0) throw new Error(`${outage.alert}: ${faults.join(', ')}`);
  await outage.end(pitwall);
  const resolved = await arrival('resolved', RESOLVED_WITHIN_SECONDS);
  return [
    `${outage.name}: ${outage.alert} paged after ${fired.seconds} s, resolved ${resolved.seconds} s after it was mended`,
  ];
}

/** That whoever is woken can read what is wrong, and where to go. */
function faultsOf({ receiver, annotations, labels }: Notification): string[] {
  const faults: string[] = [];
  if (receiver !== 'page') faults.push(`went to ${receiver}`);
  if (!annotations.runbook_url?.startsWith(`${RUNBOOK_BASE}docs/runbooks/`))
    faults.push(`the runbook is ${annotations.runbook_url}`);
  if (!annotations.dashboard?.startsWith(`${GRAFANA_BASE}/d/`))
    faults.push(`the dashboard is ${annotations.dashboard}`);
  if ('runbook_base' in labels || 'grafana_base' in labels) faults.push('carries external labels');
  return faults;
}

/** @param unmet says what is still missing */
async function until(what: string, seconds: number, unmet: () => Promise<string | undefined>): Promise<void> {
  let missing: string | undefined;
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(500)) {
    missing = await unmet();
    if (missing === undefined) return;
  }
  throw new Error(`Within ${seconds} s it did not come to pass that ${what}: ${missing}`);
}
