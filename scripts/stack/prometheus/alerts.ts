import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { ROOT } from '../../checks/command.js';
import { isAlert, readRules, readTests, type AlertRule, type RuleTest } from './rule-files.js';
import { runbookFaults } from './runbooks.js';

const SEVERITIES = ['page', 'ticket', 'info'];
const ANNOTATIONS = ['summary', 'description', 'runbook_url', 'dashboard'];
const RUNBOOK = /^\{\{ \$externalLabels\.runbook_base \}\}(docs\/runbooks\/[a-z-]+\.md)#([a-z0-9-]+)$/;
const DASHBOARD = /^\{\{ \$externalLabels\.grafana_base \}\}\/d\/([a-z-]+)$/;
const DASHBOARDS = join(ROOT, 'monitoring/grafana/dashboards');
/** Labels whose values are few: each of them names a thing of which there is a handful. */
const BOUNDED = ['severity', 'service', 'window'];

/** What every alert owes to whoever it wakes. */
export async function checkAlerts(): Promise<Verdict> {
  const alerts = (await readRules()).filter(isAlert);
  const tests = await readTests();
  const details: string[] = [];
  for (const alert of alerts) {
    const faults = [...labelFaults(alert), ...testFaults(alert, tests), ...(await linkedRunbookFaults(alert))];
    details.push(...faults.map((fault) => `${nameOf(alert)}: ${fault}`));
  }
  for (const { alertname } of tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)) {
    if (!alerts.some(({ alert }) => alert === alertname))
      details.push(`A test is about ${alertname}, which is no alert.`);
  }
  const summary = `${alerts.length} alerts: severity, annotations, runbook, a test that fires and one that does not`;
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
}

/** That the dashboards which alerts lead to are there. */
export async function checkDashboards(): Promise<Verdict> {
  if (!existsSync(DASHBOARDS)) return { outcome: 'failed', summary: 'there is no monitoring/grafana/dashboards' };
  const uids = new Set<string>();
  for await (const file of glob('**/*.json', { cwd: DASHBOARDS })) {
    uids.add((JSON.parse(await readFile(join(DASHBOARDS, file), 'utf8')) as { uid: string }).uid);
  }
  const alerts = (await readRules()).filter(isAlert);
  const details = alerts.flatMap((alert) => {
    const uid = DASHBOARD.exec(alert.annotations.dashboard ?? '')?.[1];
    return uid !== undefined && uids.has(uid) ? [] : [`${nameOf(alert)}: there is no dashboard ${uid}`];
  });
  const summary = `${alerts.length} alerts lead to ${uids.size} dashboards`;
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
}

const nameOf = ({ alert, labels }: AlertRule) => [alert, labels.severity, labels.window].filter(Boolean).join(' ');

function labelFaults({ labels, annotations }: AlertRule): string[] {
  const faults: string[] = [];
  if (!SEVERITIES.includes(labels.severity ?? '')) faults.push(`severity is ${labels.severity}`);
  const templated = Object.entries(labels).filter(([name, value]) => !BOUNDED.includes(name) || value.includes('{{'));
  for (const [name] of templated) faults.push(`the label ${name} may have any number of values`);
  const missing = ANNOTATIONS.filter((name) => !annotations[name]);
  if (missing.length > 0) faults.push(`has no ${missing.join(', ')}`);
  if (annotations.dashboard && !DASHBOARD.test(annotations.dashboard))
    faults.push('dashboard is no address of Grafana');
  return faults;
}

async function linkedRunbookFaults({ alert, annotations }: AlertRule): Promise<string[]> {
  const [, file, anchor] = RUNBOOK.exec(annotations.runbook_url ?? '') ?? [];
  if (file === undefined || anchor !== alert.toLowerCase()) return ['runbook_url is not that of the alert'];
  return runbookFaults(file, alert);
}

/** Several rules have one name and differ in severity and window: each is looked for by itself. */
function testFaults({ alert, labels }: AlertRule, tests: readonly RuleTest[]): string[] {
  const { severity, window } = labels;
  const looks = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test.filter((look) => look.alertname === alert));
  const fires = ({ exp_alerts = [] }: (typeof looks)[number]) =>
    exp_alerts.some(({ exp_labels: shown }) => shown.severity === severity && shown.window === window);
  const faults: string[] = [];
  if (!looks.some(fires)) faults.push('no test has it fire');
  // The dead man's switch is never quiet.
  if (alert !== 'Watchdog' && looks.every(fires)) faults.push('no test has it quiet');
  return faults;
}
