import {
  all,
  deployments,
  environmentOf,
  named,
  nameOf,
  selects,
  workloads,
  type Render,
  type Workload,
} from './objects.js';
import type { Rule } from './rule.js';

/** What is named must be there. */
export const referenceRules: readonly Rule[] = [
  {
    name: 'all is in the namespace, and says what it is part of',
    faults: ({ objects }) =>
      objects
        .filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'pitwall')
        .concat(objects.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] !== 'pitwall'))
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`),
  },
  {
    name: 'workloads carry their name and component as labels',
    faults: (render) =>
      workloads(render)
        .filter(({ labels }) => !labels['app.kubernetes.io/name'] || !labels['app.kubernetes.io/component'])
        .map(({ kind, name }) => `${kind} ${name}`),
  },
  {
    name: 'ConfigMaps, Secrets and ServiceAccounts that pods name exist',
    faults: (render) => workloads(render).flatMap((workload) => missingFor(render, workload)),
  },
  {
    name: 'files of secrets that pods read are mounted there',
    faults: (render) => workloads(render).flatMap((workload) => unmounted(render, workload)),
  },
  {
    name: 'volumes that are mounted are defined, and those that are defined are mounted',
    faults: (render) => {
      const claims = new Map(
        all(render, 'StatefulSet').map((one) => [nameOf(one), (one.spec?.volumeClaimTemplates ?? []).map(nameOf)]),
      );
      return workloads(render).flatMap(({ kind, name, pod, container }) => {
        const defined = [...(pod.volumes ?? []).map((volume) => volume.name), ...(claims.get(name) ?? [])].sort();
        const mounted = (container.volumeMounts ?? []).map((mount) => mount.name).sort();
        return defined.join() === mounted.join() ? [] : [`${kind} ${name}: ${defined.join()} but ${mounted.join()}`];
      });
    },
  },
  {
    name: 'the Secrets that External Secrets makes have the keys of secrets.example.yaml',
    faults: (render) =>
      all(render, 'ExternalSecret').flatMap((external) => {
        const made = (external.spec?.data ?? []).map(({ secretKey }) => secretKey).sort();
        const expected = [...(render.secretKeys.get(external.spec?.target?.name ?? nameOf(external)) ?? [])].sort();
        return made.join() === expected.join() ? [] : [`${nameOf(external)}: ${made.join()} is not ${expected.join()}`];
      }),
  },
  {
    name: 'where External Secrets makes some Secrets, it makes all that are used',
    faults: (render) => {
      const made = all(render, 'ExternalSecret').map((one) => one.spec?.target?.name ?? nameOf(one));
      const used = [...new Set(workloads(render).flatMap((workload) => secretsOf(workload).map(({ name }) => name)))];
      return made.length === 0 ? [] : used.filter((name) => !made.includes(name));
    },
  },
  {
    name: 'Services select pods, and their ports are ports of these',
    faults: (render) =>
      all(render, 'Service').flatMap((service) => {
        const pods = workloads(render).filter(({ labels }) =>
          selects({ matchLabels: service.spec?.selector ?? { '': '' } }, labels),
        );
        if (pods.length !== 1) return [`${nameOf(service)} selects ${pods.length} workloads`];
        const ports = (pods[0]?.container.ports ?? []).map(({ name, containerPort }) => `${name}:${containerPort}`);
        return (service.spec?.ports ?? [])
          .filter(({ targetPort, port }) => !ports.includes(`${targetPort}:${port}`))
          .map(({ port }) => `${nameOf(service)}:${port}`);
      }),
  },
  {
    name: 'ServiceMonitors select Services that have their port and label, and all of the back end',
    faults: (render) =>
      all(render, 'ServiceMonitor').flatMap((monitor) => {
        const { selector = {}, endpoints = [], jobLabel = '' } = monitor.spec ?? {};
        const found = all(render, 'Service').filter((one) => selects(selector, one.metadata?.labels ?? {}));
        const scraped = found.filter((one) => (one.spec?.ports ?? []).some(({ name }) => name === endpoints[0]?.port));
        const faults = found.filter((one) => one.metadata?.labels?.[jobLabel] !== 'pitwall').map(nameOf);
        if (scraped.length !== 4) faults.push(`${scraped.length} Services are scraped, not 4`);
        const { name = '', key = '' } = endpoints[0]?.authorization?.credentials ?? {};
        if (!render.secretKeys.get(name)?.includes(key)) faults.push(`there is no token ${key} in ${name}`);
        return faults;
      }),
  },
  {
    name: 'each Deployment has a disruption budget that lets a node be drained',
    faults: (render) =>
      deployments(render).flatMap(({ name, labels }) => {
        const budgets = all(render, 'PodDisruptionBudget').filter(({ spec }) => selects(spec?.selector ?? {}, labels));
        return budgets.length === 1 && budgets[0]?.spec?.maxUnavailable === 1 ? [] : [name];
      }),
  },
];

function secretsOf({ pod }: Workload) {
  return (pod.volumes ?? []).flatMap(({ name: volume, secret, projected }) => {
    const projectedNames = (projected?.sources ?? []).map((source) => source.secret?.name);
    return [secret?.secretName, ...projectedNames].flatMap((name) => (name ? [{ name, volume }] : []));
  });
}

const configMapsOf = ({ pod, container }: Workload) => [
  ...(container.envFrom ?? []).flatMap(({ configMapRef }) => configMapRef?.name ?? []),
  ...(pod.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []),
];

function missingFor(render: Render, workload: Workload): string[] {
  const account = workload.pod.serviceAccountName ?? '';
  return [
    ...configMapsOf(workload).filter((name) => !named(render, 'ConfigMap', name)),
    ...secretsOf(workload).flatMap(({ name }) => (render.secretKeys.has(name) ? [] : name)),
    ...(named(render, 'ServiceAccount', account) ? [] : [account]),
  ].map((name) => `${workload.kind} ${workload.name}: ${name}`);
}

/** Every path below /run/secrets in its environment, command, probes and ConfigMaps. */
function unmounted(render: Render, workload: Workload): string[] {
  const { container } = workload;
  const configuration = configMapsOf(workload).map((name) => named(render, 'ConfigMap', name)?.data);
  const said = JSON.stringify([environmentOf(render, workload), container, configuration]);
  const paths = [...new Set(said.match(/\/run\/secrets\/[\w-]+\/\w+/g))];
  const mounted = (container.volumeMounts ?? []).flatMap(({ name: volume, mountPath }) =>
    secretsOf(workload)
      .filter((secret) => secret.volume === volume)
      .flatMap(({ name }) => (render.secretKeys.get(name) ?? []).map((key) => `${mountPath}/${key}`)),
  );
  return paths.filter((path) => !mounted.includes(path)).map((path) => `${workload.kind} ${workload.name}: ${path}`);
}
