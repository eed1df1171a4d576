import { all, nameOf, workloads, type PodSpec, type Render, type Workload } from './objects.js';
import type { Rule } from './rule.js';

/**
 * The profile `restricted` of https://kubernetes.io/docs/concepts/security/pod-security-standards/ as it applies to pods of
 * one container on Linux, and what Pitwall asks for beyond it.
 */
const ALLOWED_VOLUMES = new Set(['configMap', 'emptyDir', 'persistentVolumeClaim', 'projected', 'secret']);

const CONTAINER_KINDS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

const eachPod = (name: string, holds: (workload: Workload, render: Render) => string | undefined | false): Rule => ({
  name,
  faults: (render) =>
    workloads(render).flatMap((workload) => {
      const fault = holds(workload, render);
      return fault ? [`${workload.kind} ${workload.name}: ${fault}`] : [];
    }),
});

export const hardeningRules: readonly Rule[] = [
  {
    name: 'the namespace enforces the restricted profile, of a pinned version',
    faults: (render) => {
      const labels = all(render, 'Namespace')[0]?.metadata?.labels ?? {};
      return ['enforce', 'audit', 'warn'].flatMap((mode) => {
        const profile = labels[`pod-security.kubernetes.io/${mode}`];
        const version = labels[`pod-security.kubernetes.io/${mode}-version`] ?? '';
        return profile === 'restricted' && /^v1\.\d+$/.test(version) ? [] : [`${mode}: ${profile} ${version}`];
      });
    },
  },
  eachPod('no part of the host is shared', ({ pod }) => {
    const shared = (['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const).find((key) => pod[key]);
    const port = containersOf(pod).some(({ ports = [] }) => ports.some(({ hostPort }) => hostPort));
    return shared ?? (port && 'a port of the host');
  }),
  eachPod('volumes are of the allowed kinds, and emptyDirs are bounded', ({ pod }) => {
    for (const { name, ...source } of pod.volumes ?? []) {
      const kind = Object.keys(source).find((key) => !ALLOWED_VOLUMES.has(key));
      if (kind) return `volume ${name} is a ${kind}`;
      if (source.emptyDir && !source.emptyDir.sizeLimit) return `emptyDir ${name} has no limit`;
    }
    return undefined;
  }),
  eachPod('pods run as a numbered user other than root', ({ pod }) => {
    const { runAsNonRoot, runAsUser, runAsGroup } = pod.securityContext ?? {};
    if (runAsNonRoot !== true || !runAsUser || !runAsGroup) return `${runAsNonRoot} ${runAsUser} ${runAsGroup}`;
    const other = containersOf(pod).find(
      ({ securityContext: own }) => own?.runAsUser === 0 || own?.runAsNonRoot === false,
    );
    return other && `container ${other.name} says otherwise`;
  }),
  eachPod('seccomp is the runtime default', ({ pod }) => {
    const inPod = pod.securityContext?.seccompProfile?.type;
    const inContainer = containersOf(pod).some(({ securityContext }) => securityContext?.seccompProfile);
    return (inPod !== 'RuntimeDefault' || inContainer) && `${inPod}${inContainer ? ', a container has its own' : ''}`;
  }),
  eachContainer('nobody gains privileges', ({ securityContext }) => {
    const { allowPrivilegeEscalation, privileged, procMount } = securityContext ?? {};
    return allowPrivilegeEscalation !== false || privileged === true || (procMount ?? 'Default') !== 'Default';
  }),
  eachContainer('all capabilities are dropped, none is added', ({ securityContext }) => {
    const { drop = [], add = [] } = securityContext?.capabilities ?? {};
    return !drop.includes('ALL') || add.length > 0;
  }),
  eachContainer('the root file system is read-only', ({ securityContext }) => {
    return securityContext?.readOnlyRootFilesystem !== true;
  }),
  eachPod('no pod has a token of the API server, or the addresses of all Services', ({ pod }, render) => {
    const account = all(render, 'ServiceAccount').find((one) => nameOf(one) === pod.serviceAccountName);
    if (pod.automountServiceAccountToken !== false) return 'its pod mounts a token';
    if (account?.automountServiceAccountToken !== false)
      return `its ServiceAccount ${pod.serviceAccountName} gives one`;
    return pod.enableServiceLinks !== false && 'enableServiceLinks';
  }),
  {
    name: 'each workload has a ServiceAccount of its own',
    faults: (render) => {
      const accounts = workloads(render).map(({ pod }) => pod.serviceAccountName ?? 'default');
      return accounts.filter((name, index) => name === 'default' || accounts.indexOf(name) !== index);
    },
  },
  eachContainer('CPU, memory and disk have requests and limits, and memory is not overcommitted', ({ resources }) => {
    const { requests = {}, limits = {} } = resources ?? {};
    const missing = ['cpu', 'memory', 'ephemeral-storage'].some((name) => !requests[name] || !limits[name]);
    return missing || requests.memory !== limits.memory;
  }),
  eachContainer('images have an exact tag or digest', ({ image = '' }) => {
    const tag = /:([\w.-]+)$/.exec(image)?.[1];
    return !/@sha256:[0-9a-f]{64}$/.test(image) && (tag === undefined || tag === 'latest');
  }),
  eachPod('secrets are files that the process and root alone can read', ({ pod, container }) => {
    const inEnvironment = (container.env ?? []).find(({ valueFrom }) => valueFrom?.secretKeyRef);
    if (inEnvironment || (container.envFrom ?? []).some(({ secretRef }) => secretRef)) return 'a Secret as environment';
    const open = (pod.volumes ?? []).find(({ secret, projected }) => {
      const mode = secret ? secret.defaultMode : projected?.defaultMode;
      return (secret ?? projected) && mode !== 0o440;
    });
    return open && `volume ${open.name} can be read by others`;
  }),
];

function containersOf(pod: PodSpec) {
  return CONTAINER_KINDS.flatMap((kind) => pod[kind] ?? []);
}

type AnyContainer = ReturnType<typeof containersOf>[number];

function eachContainer(name: string, isFault: (container: AnyContainer) => boolean): Rule {
  return eachPod(name, ({ pod }) => {
    const faulty = containersOf(pod).filter(isFault);
    return faulty.length > 0 && `container ${faulty.map((container) => container.name).join(', ')}`;
  });
}
