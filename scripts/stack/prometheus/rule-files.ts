import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../checks/command.js';

export const MONITORING = join(ROOT, 'monitoring');
const PROMETHEUS = join(MONITORING, 'prometheus');

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface RecordingRule {
  record: string;
  expr: string;
}

/** With the name of its file. */
export type Rule = (AlertRule & { file: string }) | (RecordingRule & { file: string });

export interface RuleTest {
  name: string;
  alert_rule_test?: { alertname: string; exp_alerts?: { exp_labels: Record<string, string> }[] }[];
  promql_expr_test?: { expr: string; exp_samples?: unknown[] }[];
}

export const isAlert = (rule: Rule): rule is AlertRule & { file: string } => 'alert' in rule;

/** All rules, in the order of their files. */
export async function readRules(): Promise<Rule[]> {
  const rules: Rule[] = [];
  for (const path of await rulePaths()) {
    const { groups } = await readYaml<{ groups: { rules: (AlertRule | RecordingRule)[] }[] }>(path);
    for (const group of groups) for (const rule of group.rules) rules.push({ ...rule, file: basename(path) });
  }
  if (rules.length === 0) throw new Error(`There are no rules in ${PROMETHEUS}/rules.`);
  return rules;
}

export async function readTests(): Promise<RuleTest[]> {
  const files = await Promise.all((await testPaths('**')).map((path) => readYaml<{ tests: RuleTest[] }>(path)));
  return files.flatMap(({ tests }) => tests);
}

export const rulePaths = () => pathsOf('rules/*.yml');

/** @param folder `.` for those that take seconds, `days` for those over days, `**` for all */
export const testPaths = (folder: '.' | 'days' | '**') => pathsOf(`tests/${folder}/*.test.yml`);

async function pathsOf(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern, { cwd: PROMETHEUS })) paths.push(join(PROMETHEUS, path));
  if (paths.length === 0) throw new Error(`There is no ${pattern} in ${PROMETHEUS}.`);
  return paths.sort();
}

export const readYaml = async <T>(path: string): Promise<T> => parse(await readFile(path, 'utf8')) as T;
