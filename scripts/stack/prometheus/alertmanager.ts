import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import { versionOf } from './promtool.js';
import { isAlert, MONITORING, readRules, readYaml } from './rule-files.js';
import { withTemporaryFolder } from './temporary.js';

const FILE = join(MONITORING, 'alertmanager/alertmanager.yml');
const URL_FILE = /url_file: (\S+)/g;

/** Who is told of what. `receiver` of the default is for what nobody thought of. */
const ROUTES: readonly { labels: string[]; receiver: string }[] = [
  { labels: ['alertname=PitwallDown', 'severity=page', 'service=pitwall'], receiver: 'page' },
  { labels: ['alertname=ErrorBudgetBurn', 'severity=ticket', 'slo=latency'], receiver: 'ticket' },
  { labels: ['alertname=SloTooLittleData', 'severity=info', 'slo=latency'], receiver: 'nobody' },
  { labels: ['alertname=Watchdog', 'severity=info'], receiver: 'watchdog' },
  { labels: ['alertname=SomebodyElses'], receiver: 'ticket' },
];

interface InhibitRule {
  source_matchers: string[];
  target_matchers: string[];
}

/**
 * The configuration as an Alertmanager before 0.26 takes it, which knows no `url_file` for webhooks: the address in its place.
 * Everything else stays as it is.
 */
export async function withAddresses(addressOf: (file: string) => string): Promise<string> {
  const text = await readFile(FILE, 'utf8');
  if (!text.includes('url_file:')) throw new Error('No webhook takes its address from a file any more.');
  return text.replaceAll(URL_FILE, (_, file: string) => `url: ${addressOf(file)}`);
}

export async function checkAlertmanager(): Promise<Verdict> {
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, 'alertmanager.yml');
    await writeFile(file, await withAddresses(() => 'http://127.0.0.1:9/'));
    const details: string[] = [];
    const { code, stdout, stderr } = await runCommand('amtool', ['check-config', file]);
    if (code !== 0) details.push(...`${stdout}\n${stderr}`.split('\n').filter(Boolean));
    for (const { labels, receiver } of ROUTES) {
      const answer = await runCommand('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels]);
      const said = answer.stdout.trim();
      if (said !== receiver) details.push(`${labels.join(' ')} goes to ${said}, not to ${receiver}`);
    }
    details.push(...(await secretFaults()), ...(await inhibitionFaults()));
    const summary = `${await versionOf('amtool')}: alertmanager.yml, ${ROUTES.length} routes, the alerts that inhibit`;
    return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
  });
}

/** An address may hold a key, so none is in the repository. */
async function secretFaults(): Promise<string[]> {
  const text = await readFile(FILE, 'utf8');
  return text.split('\n').flatMap((line, index) => {
    if (!/^\s*(- )?[a-z_]*(url|key|token|password|secret|credentials):/.test(line)) return [];
    return [`alertmanager.yml:${index + 1} holds what belongs into a file of its own: ${line.trim()}`];
  });
}

/** A rule that names an alert which there is not inhibits nothing, and nobody would notice. */
async function inhibitionFaults(): Promise<string[]> {
  const alerts = new Set((await readRules()).filter(isAlert).map(({ alert }) => alert));
  const { inhibit_rules: rules } = await readYaml<{ inhibit_rules: InhibitRule[] }>(FILE);
  const named = rules.flatMap(({ source_matchers, target_matchers }) =>
    [...source_matchers, ...target_matchers].flatMap((matcher) =>
      (/^alertname=~?"(.*)"$/.exec(matcher)?.[1] ?? '').split('|').filter(Boolean),
    ),
  );
  return named.filter((name) => !alerts.has(name)).map((name) => `${name} inhibits or is inhibited, and is no alert`);
}
