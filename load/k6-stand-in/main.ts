/**
 * Executes a script of k6 without k6: node load/k6-stand-in/main.ts load/k6/load.ts
 *
 * A test of the scripts, not of the service, and no load: one user plays `setup`, a few iterations, `teardown` and
 * `handleSummary` against stand-ins of the modules that the scripts import. Node itself strips the types, and like k6
 * finds a file only by its whole name. ITERATIONS says how many (1). Ends with 99 where a threshold is crossed, as k6 does.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { state, summaryOf, valuesOf } from './samples.ts';

const MODULES: Record<string, string> = {
  k6: './k6.ts',
  'k6/crypto': './crypto.ts',
  'k6/execution': './execution.ts',
  'k6/http': './http.ts',
};
const CROSSED = 99;
const EXECUTORS = ['per-vu-iterations', 'constant-arrival-rate'];

interface Script {
  options: {
    scenarios: Record<string, { executor: string }>;
    thresholds: Record<string, string[]>;
  };
  setup?: () => unknown;
  default: (data: unknown) => void;
  teardown?: (data: unknown) => void;
  handleSummary: (summary: object) => Record<string, string>;
}

registerHooks({
  resolve(specifier, context, next) {
    const standIn = MODULES[specifier];
    if (standIn) return { url: new URL(standIn, import.meta.url).href, shortCircuit: true };
    const scripts = /\/load\/(k6|scenarios\/definition)\//.test(context.parentURL ?? '');
    if (scripts && !specifier.startsWith('.')) throw new Error(`k6 has no module ${specifier}.`);
    return next(specifier, context);
  },
});
Object.assign(globalThis, { __ENV: process.env, open: (path: string) => readFileSync(path, 'utf8') });

const [file = ''] = process.argv.slice(2);
const script = (await import(pathToFileURL(resolve(file)).href)) as Script;
const { scenarios, thresholds } = script.options;
const [[name, { executor }]] = Object.entries(scenarios) as [[string, { executor: string }]];
if (!EXECUTORS.includes(executor)) throw new Error(`${executor} is no executor that is used here.`);

const begun = performance.now();
// k6 hands the data on as JSON.
const data = asJson(inGroup('setup', () => script.setup?.()));
state.scenario = name;
for (; state.iteration < Number(process.env.ITERATIONS ?? 1); state.iteration++) script.default(asJson(data));
inGroup('teardown', () => script.teardown?.(data));

const outputs = script.handleSummary(summaryOf(Object.keys(thresholds), performance.now() - begun));
process.stdout.write(outputs.stdout ?? '');
const crossed = Object.entries(thresholds).flatMap(([key, all]) => all.filter((one) => !isMet(key, one)));
if (crossed.length > 0) process.exitCode = CROSSED;
process.stdout.write(
  `${state.iteration} iterations under stand-ins of k6's modules; crossed: ${crossed.join(', ') || 'none'}\n`,
);

function inGroup<Result>(group: string, work: () => Result): Result {
  state.group = group;
  try {
    return work();
  } finally {
    state.group = '';
  }
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Those expressions that the scripts use. Without a sample a threshold is met, as in k6. */
function isMet(key: string, expression: string): boolean {
  const [, statistic = '', comparison, limit] = /^(rate|count|max|p\(95\))(<|==|>=)([\d.]+)$/.exec(expression) ?? [];
  if (limit === undefined) throw new Error(`${expression} is no threshold that is understood here.`);
  const values = valuesOf(key);
  if (!values) return true;
  const value = values[statistic];
  if (value === undefined) throw new Error(`${key} has no ${statistic}.`);
  if (comparison === '<') return value < Number(limit);
  return comparison === '==' ? value === Number(limit) : value >= Number(limit);
}
