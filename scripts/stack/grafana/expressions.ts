import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT, runCommand } from '../../checks/command.js';
import { exposition } from '../prometheus/exposition.js';
import { nameOf, type Question } from './dashboard-file.js';

export const RULES_FOLDER = join(ROOT, 'monitoring/prometheus/rules');

/** Of Prometheus itself and of the blackbox exporter (https://github.com/prometheus/blackbox_exporter). */
const ELSEWHERE = ['up', 'ALERTS', 'probe_success', 'probe_ssl_earliest_cert_expiry'];

/**
 * What promtool says of expressions that it cannot parse, a line each. It checks rules only, so each becomes a rule in a
 * group of its own, whose name comes back.
 */
export async function syntaxFaults(questions: readonly Question[], folder: string): Promise<string[]> {
  const file = join(folder, 'questions.rules.yml');
  const groups = questions.map((question, index) => ({
    name: `${index} ${nameOf(question)}`,
    rules: [{ record: 'question', expr: question.text }],
  }));
  await writeFile(file, stringify({ groups }));
  const { code, stdout, stderr } = await runCommand('promtool', ['check', 'rules', '--lint=none', file]);
  if (code === 0) return [];
  const said = `${stdout}${stderr}`.split('\n').map((line) => line.replace(`${file}: `, '').trim());
  return said.filter((line) => line !== '' && !line.startsWith('Checking') && line !== 'FAILED:');
}

/** Every name that there may be: of the service, of the recording rules, and of what else is scraped. */
export async function knownMetrics(): Promise<Set<string>> {
  return new Set([...(await serviceMetrics()), ...(await recordedMetrics()), ...ELSEWHERE]);
}

async function serviceMetrics(): Promise<string[]> {
  const exposed = await exposition();
  return [...exposed.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' || type === 'summary' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}

async function recordedMetrics(): Promise<string[]> {
  type Rules = { groups: { rules: { record?: string }[] }[] };
  return (await ruleFiles()).flatMap((text) =>
    (parse(text) as Rules).groups.flatMap(({ rules }) => rules.flatMap(({ record }) => (record ? [record] : []))),
  );
}

/** The uids in the links of alerts. */
export async function dashboardsOfAlerts(): Promise<Set<string>> {
  return new Set(
    (await ruleFiles()).flatMap((text) => [...text.matchAll(/\/d\/([\w-]+)/g)].map(([, uid = '']) => uid)),
  );
}

async function ruleFiles(): Promise<string[]> {
  const names = (await readdir(RULES_FOLDER)).filter((name) => name.endsWith('.yml'));
  return Promise.all(names.map((name) => readFile(join(RULES_FOLDER, name), 'utf8')));
}

const WORDS = ['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan', 'by', 'without', 'on', 'ignoring'];

/** The metrics that an expression names: what is left of it without strings, labels, windows and functions. */
export function metricsIn(expression: string): Set<string> {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .replace(/\{[^{}]*\}/g, '')
    .replace(/\[[^[\]]*\]/g, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right) *\([^)]*\)/g, '');
  const names = [...bare.matchAll(/(?<![\w.:])[a-zA-Z_:][\w:]*(?![\w:]| *\()/g)].map(([name]) => name);
  return new Set(names.filter((name) => !WORDS.includes(name.toLowerCase())));
}
