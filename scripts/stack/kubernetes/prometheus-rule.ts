/**
 * The rules of monitoring/prometheus/rules as a PrometheusRule, since kustomize cannot wrap a file of another folder in an
 * object. `npx tsx scripts/stack/kubernetes/prometheus-rule.ts` writes it; the check `rules for Kubernetes` fails on drift.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { ROOT } from '../../checks/command.js';

export const PROMETHEUS_RULE = 'k8s/components/monitoring/prometheus-rule.yaml';
const RULES = 'monitoring/prometheus/rules';

/** These watch all that a Prometheus scrapes, and itself: whoever runs the operator has them already, for the cluster. */
const OF_THE_CLUSTER = new Set([
  ...['Watchdog', 'TargetDown', 'PrometheusConfigReloadFailed', 'PrometheusRuleFailing'],
  ...['PrometheusNotificationsFailing', 'AlertmanagerConfigReloadFailed', 'AlertmanagerNotificationsFailing'],
]);

interface RuleFile {
  groups: { name: string; rules: { alert?: string }[] }[];
}

/** What the file should hold, and how many groups and rules these are. */
export async function prometheusRule(): Promise<{ text: string; groups: number; rules: number }> {
  const files = (await readdir(join(ROOT, RULES)).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort();
  const read = await Promise.all(files.map((name) => readFile(join(ROOT, RULES, name), 'utf8')));
  const all = read.flatMap((text) => (parse(text) as RuleFile).groups);
  if (all.length === 0) throw new Error(`${RULES} has no rules.`);
  const known = new Set(all.flatMap(({ rules }) => rules.flatMap(({ alert = '' }) => alert)));
  const unknown = [...OF_THE_CLUSTER].filter((alert) => !known.has(alert));
  if (unknown.length > 0) throw new Error(`${RULES} has no ${unknown.join(', ')}, which were to be left out.`);
  const groups = all
    .map((group) => ({ ...group, rules: group.rules.filter(({ alert = '' }) => !OF_THE_CLUSTER.has(alert)) }))
    .filter(({ rules }) => rules.length > 0);
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'pitwall' },
    spec: { groups },
  };
  const head = `# Generated from ${RULES} by scripts/stack/kubernetes/prometheus-rule.ts: change those files, and run it.\n`;
  // As Prettier has it.
  const text = head + stringify(object, { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false });
  return { text, groups: groups.length, rules: groups.reduce((sum, group) => sum + group.rules.length, 0) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { text, groups, rules } = await prometheusRule();
  await writeFile(join(ROOT, PROMETHEUS_RULE), text);
  console.log(`${PROMETHEUS_RULE}: ${groups} groups, ${rules} rules`);
}
