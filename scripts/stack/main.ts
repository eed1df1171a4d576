/**
 * Proves what stands around the service (images, Compose, nginx, Prometheus, Grafana, Kubernetes, workflows, hooks, the load
 * test) with the real programs, and says of each what was proven with what. It installs what Debian has, and ends with 1
 * where something failed; what could not be run is listed as such. `--quick` installs nothing and leaves out what takes
 * minutes; names of areas as arguments run those alone.
 */
import { hasFailed, runChecks, summaryTable } from '../checks/check.js';
import { installFromDebian } from '../checks/debian.js';
import { composeChecks } from './compose.js';
import { grafanaChecks } from './grafana.js';
import { imageChecks } from './images.js';
import { kubernetesChecks } from './kubernetes.js';
import { loadChecks } from './load.js';
import { nginxChecks } from './nginx.js';
import { preCommitChecks } from './pre-commit.js';
import { prometheusChecks } from './prometheus.js';
import type { StackCheck } from './stack-check.js';
import { workflowChecks } from './workflows.js';

const areas: Readonly<Record<string, readonly StackCheck[]>> = {
  images: imageChecks,
  compose: composeChecks,
  nginx: nginxChecks,
  prometheus: prometheusChecks,
  grafana: grafanaChecks,
  kubernetes: kubernetesChecks,
  workflows: workflowChecks,
  'pre-commit': preCommitChecks,
  load: loadChecks,
};

const say = (line: string) => console.log(line);
const quick = process.argv.includes('--quick');
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = named.filter((name) => !(name in areas));
if (unknown.length > 0) {
  say(`There is no ${unknown.join(', ')}. The areas are ${Object.keys(areas).join(', ')}.`);
  process.exit(2);
}

const chosen = (named.length > 0 ? named : Object.keys(areas)).flatMap((name) => areas[name] ?? []);
const checks = chosen.filter(({ slow }) => !quick || !slow);
if (!quick) await installFromDebian([...new Set(checks.flatMap(({ programs = [] }) => programs))], say);
const results = await runChecks(checks, say);
say(summaryTable(results));
if (quick && checks.length < chosen.length)
  say(`Left out: ${chosen.length - checks.length} that take minutes (make verify-stack).`);
process.exitCode = hasFailed(results) ? 1 : 0;
