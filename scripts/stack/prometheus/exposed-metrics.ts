import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { ROOT } from '../../checks/command.js';
import { exposition } from './exposition.js';
import { selectorsIn, type Selector } from './metric-names.js';
import { isAlert, readRules } from './rule-files.js';

/** Of the programs beside Pitwall; the live check asks them for each. */
export const OF_OTHERS = /^(probe|prometheus|alertmanager)_/;
const SUFFIX = /_(bucket|sum|count)$/;
/** A metric in prose: what Pitwall exposes, or what rules record. */
const NAME = /\b(?:(?:pitwall|nodejs|process|http)_[a-z0-9_]+|(?:slo|service):[a-z0-9_:]+)/g;
/** What Prometheus itself puts on every series. */
const OF_PROMETHEUS = ['job', 'instance'];

/** That rules read what is there: one that reads a metric of another name, or another bucket, is silent for ever. */
export async function checkMetrics(): Promise<Verdict> {
  const rules = await readRules();
  const recorded = new Set(rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])));
  const exposed = await exposedMetrics();
  const paths = await servedPaths();
  const read = rules.flatMap((rule) => selectorsIn(rule.expr).map((selector) => ({ rule, selector })));
  const details = new Set<string>();
  for (const { rule, selector } of read) {
    const { metric } = selector;
    if (recorded.has(metric) || OF_OTHERS.test(metric) || metric === 'up') continue;
    const known = exposed.get(metric.replace(SUFFIX, ''));
    const faults = known ? labelFaults(selector, known, paths) : ['is not exposed'];
    for (const fault of faults) details.add(`${rule.file}: ${metric} ${fault}`);
  }
  const named = await namedInRunbooks();
  for (const { page, name } of named)
    if (!recorded.has(name) && !exposed.has(name) && !exposed.has(name.replace(SUFFIX, '')))
      details.add(`${page}: there is no ${name}`);
  const names = new Set(read.map(({ selector }) => selector.metric).filter((name) => !recorded.has(name)));
  const summary = `${names.size} metrics in ${rules.length} rules, ${named.length} in runbooks, beside what backend/src/observability exposes`;
  return { outcome: details.size > 0 ? 'failed' : 'passed', summary, details: [...details] };
}

interface Exposed {
  labels: readonly string[];
  /** The upper bounds of a histogram. */
  bounds: readonly string[];
}

async function exposedMetrics(): Promise<Map<string, Exposed>> {
  const exposed = new Map<string, { labels: string[]; bounds: string[] }>();
  for (const line of (await exposition()).split('\n')) {
    const declared = /^# TYPE (\S+)/.exec(line)?.[1];
    if (declared !== undefined) exposed.set(declared, { labels: [], bounds: [] });
    if (declared !== undefined || !line.includes('{')) continue;
    const [{ metric, matchers } = { metric: '', matchers: [] }] = selectorsIn(line);
    const known = exposed.get(metric) ?? exposed.get(metric.replace(SUFFIX, ''));
    for (const { label, value } of matchers) {
      if (!known?.labels.includes(label)) known?.labels.push(label);
      if (label === 'le' && !known?.bounds.includes(value)) known?.bounds.push(value);
    }
  }
  return exposed;
}

function labelFaults({ matchers }: Selector, { labels, bounds }: Exposed, paths: readonly string[]): string[] {
  return matchers.flatMap(({ label, value }) => {
    if (OF_PROMETHEUS.includes(label)) return [];
    if (!labels.includes(label)) return [`has no label ${label}`];
    if (label === 'le' && bounds.filter((bound) => matchesBound(value, bound)).length !== 1)
      return [`has no bucket le="${value}": ${bounds.join(' ')}`];
    if (label === 'route')
      return value
        .split('|')
        .filter((route) => !paths.some((path) => matches(route, path)))
        .map((route) => `is asked for the route ${route}, which nobody serves`);
    return [];
  });
}

/** As Prometheus 2 keeps it, and as Prometheus 3, which writes 60 as 60.0. */
const matchesBound = (pattern: string, bound: string) =>
  matches(pattern, bound) && (bound.includes('.') || bound === '+Inf' || matches(pattern, `${bound}.0`));

// eslint-disable-next-line security/detect-non-literal-regexp -- It comes from the rules of this repository.
const matches = (pattern: string, text: string) => new RegExp(`^(?:${pattern.replaceAll('\\\\', '\\')})$`).test(text);

async function namedInRunbooks(): Promise<{ page: string; name: string }[]> {
  const found: { page: string; name: string }[] = [];
  for await (const page of glob('docs/runbooks/*.md', { cwd: ROOT })) {
    const text = await readFile(join(ROOT, page), 'utf8');
    for (const [name] of text.matchAll(NAME)) if (!name.endsWith(':')) found.push({ page, name });
  }
  return found;
}

async function servedPaths(): Promise<string[]> {
  const document = JSON.parse(await readFile(join(ROOT, 'backend/openapi.json'), 'utf8')) as { paths: object };
  return Object.keys(document.paths);
}
