import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../checks/check.js';
import { ROOT, runCommand } from '../checks/command.js';
import { deployFaults } from './kubernetes/deploy-scripts.js';
import { hardeningRules } from './kubernetes/hardening.js';
import { MUTATIONS } from './kubernetes/mutations.js';
import { networkRules } from './kubernetes/network.js';
import { kustomize, OVERLAYS, readObjects, render, type KubernetesObject } from './kubernetes/objects.js';
import { runPods } from './kubernetes/pods.js';
import { PROMETHEUS_RULE, prometheusRule } from './kubernetes/prometheus-rule.js';
import { referenceRules } from './kubernetes/references.js';
import { rolloutRules } from './kubernetes/rollout.js';
import { addresses, routingRules } from './kubernetes/routing.js';
import { blindSpots } from './kubernetes/self-test.js';
import { settingRules } from './kubernetes/settings.js';
import { typeFaults } from './kubernetes/strict-types.js';
import type { StackCheck } from './stack-check.js';

/** In no overlay: typed all the same. */
const EXAMPLES = ['k8s/secrets.example.yaml', 'k8s/examples/cluster-issuer.yaml'];
const UNUSED_COMPONENTS = ['k8s/components/telemetry'];

const verdict = (summary: string, details: string[] = []): Verdict => {
  return { outcome: details.length === 0 ? 'passed' : 'failed', summary, details };
};

export const kubernetesChecks: readonly StackCheck[] = [
  { name: 'Kubernetes: what is applied has no unknown field', programs: ['kubectl'], run: haveTypes },
  { name: 'Kubernetes: rules', programs: ['kubectl'], run: keepRules },
  { name: 'Kubernetes: the rules see what is wrong', programs: ['kubectl'], run: seeFaults },
  { name: 'Kubernetes: alert rules are those of Prometheus', run: compareRules },
  { name: 'Kubernetes: deploying goes in order', programs: ['kubectl', 'shellcheck'], run: deployInOrder },
  {
    name: 'Kubernetes: pods of alpha, as processes',
    programs: ['kubectl', 'psql', 'redis-server', 'redis-cli'],
    slow: true,
    run: startPods,
  },
];

async function haveTypes(): Promise<Verdict> {
  const sets = new Map<string, readonly KubernetesObject[]>();
  for (const overlay of OVERLAYS) sets.set(overlay, await kustomize(`k8s/overlays/${overlay}`));
  sets.set('examples', (await Promise.all([...EXAMPLES.map(readObjects), ...UNUSED_COMPONENTS.map(kustomize)])).flat());
  const misspelt = (sets.get('production') ?? []).map(withUnknownField);
  const faults = await typeFaults(new Map([...sets, ['misspelt', misspelt]]));
  const unseen = misspelt.length - new Set(faults.get('misspelt')?.map((line) => line.split(',', 1)[0])).size;
  faults.delete('misspelt');
  const found = [...faults.values()].flat();
  if (unseen > 0) found.push(`${unseen} of ${misspelt.length} unknown fields were not seen.`);
  const counts = [...sets].map(([name, objects]) => `${objects.length} of ${name}`).join(', ');
  return verdict(`${await kubectlVersion()}, tsc: objects: ${counts}; ${misspelt.length} unknown fields seen`, found);
}

/** In its container, where it has one; else in its spec, or what it has instead. */
function withUnknownField(object: KubernetesObject): KubernetesObject {
  const copy = structuredClone(object) as KubernetesObject & {
    spec?: { template?: { spec: { containers: object[] } } };
  };
  Object.assign(copy.spec?.template?.spec.containers[0] ?? copy.spec ?? copy.metadata, { unknownField: true });
  return copy;
}

async function allRules() {
  const routing = routingRules(await addresses());
  return [...hardeningRules, ...referenceRules, ...networkRules, ...rolloutRules, ...routing, ...settingRules];
}

async function keepRules(): Promise<Verdict> {
  const rules = await allRules();
  const renders = await Promise.all(OVERLAYS.map(render));
  const faults = renders.flatMap((one) =>
    rules.flatMap((rule) => rule.faults(one).map((fault) => `${one.overlay}: ${rule.name}: ${fault}`)),
  );
  const objects = renders.map((one) => `${one.objects.length} objects of ${one.overlay}`).join(', ');
  return verdict(`${await kubectlVersion()}: ${rules.length} rules, ${objects}`, faults);
}

async function seeFaults(): Promise<Verdict> {
  const renders = await Promise.all(OVERLAYS.map(render));
  const missed = blindSpots(await allRules(), renders);
  return verdict(`${MUTATIONS.length} faults made in what is applied, each seen by its rule`, missed);
}

async function compareRules(): Promise<Verdict> {
  const { text, groups, rules } = await prometheusRule();
  const drift = text === (await readFile(join(ROOT, PROMETHEUS_RULE), 'utf8'));
  const advice = `${PROMETHEUS_RULE} is not what the rules say: npx tsx scripts/stack/kubernetes/prometheus-rule.ts`;
  return verdict(`${rules} rules in ${groups} groups`, drift ? [] : [advice]);
}

async function deployInOrder(): Promise<Verdict> {
  const { code, stdout } = await runCommand('shellcheck', ['scripts/k8s-deploy.sh', 'scripts/k8s-secrets.sh']);
  const { cases, faults } = await deployFaults();
  return verdict(`shellcheck; ${cases} cases with a kubectl that reaches no cluster`, [
    ...(code === 0 ? [] : [stdout]),
    ...faults,
  ]);
}

async function startPods(): Promise<Verdict> {
  const { seen, faults } = await runPods();
  return verdict(seen.join('; '), faults);
}

async function kubectlVersion(): Promise<string> {
  const { stdout } = await runCommand('kubectl', ['version', '--client', '--output=json']);
  const { clientVersion, kustomizeVersion } = JSON.parse(stdout) as Record<'clientVersion', { gitVersion: string }> & {
    kustomizeVersion: string;
  };
  return `kubectl ${clientVersion.gitVersion}, kustomize ${kustomizeVersion}`;
}
