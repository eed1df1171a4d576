import {
  all,
  backends,
  deployments,
  environmentOf,
  named,
  nameOf,
  workloads,
  type Overlay,
  type Render,
} from './objects.js';
import type { Rule } from './rule.js';

/** For what closes after the server: the projector's batch, the logs, the pools, reports under way. */
const CLOSING_SECONDS = 5;

/** Beside its pool, a process has one connection that listens; PostgreSQL keeps three for superusers. */
const LISTENERS = 1;
const RESERVED_CONNECTIONS = 3;
const MIGRATION_CONNECTIONS = 2;

/** README.md asks for so many of the database that is not ours. */
const CONNECTIONS_OF_MANAGED_POSTGRES = 300;

const AUTOSCALED: Readonly<Record<Overlay, boolean>> = { alpha: false, production: true };

export const rolloutRules: readonly Rule[] = [
  {
    name: 'pods are given the time to stop that they take',
    faults: (render) =>
      deployments(render).flatMap((workload) => {
        const { SHUTDOWN_DELAY_MS = '0', SHUTDOWN_GRACE_MS = '0' } = environmentOf(render, workload);
        const sleep = workload.container.lifecycle?.preStop?.sleep?.seconds ?? 0;
        const needed = sleep + (Number(SHUTDOWN_DELAY_MS) + Number(SHUTDOWN_GRACE_MS)) / 1000 + CLOSING_SECONDS;
        const given = workload.pod.terminationGracePeriodSeconds ?? 30;
        return sleep >= 5 && given >= needed ? [] : [`${workload.name}: sleeps ${sleep} s, ${given} s of ${needed} s`];
      }),
  },
  {
    name: 'a rollout never serves with fewer pods than before',
    faults: (render) =>
      all(render, 'Deployment')
        .filter(({ spec }) => {
          const { type, rollingUpdate } = spec?.strategy ?? {};
          const steady =
            type === 'RollingUpdate' && rollingUpdate?.maxUnavailable === 0 && rollingUpdate.maxSurge === 1;
          return !steady || !spec?.minReadySeconds || !spec.revisionHistoryLimit;
        })
        .map(nameOf),
  },
  {
    name: 'each container that stays has all three probes, and no probe of liveness asks for the database',
    faults: (render) =>
      workloads(render)
        .filter(({ kind }) => kind !== 'Job')
        .flatMap(({ name, container: { startupProbe, livenessProbe, readinessProbe } }) => {
          if (!startupProbe || !livenessProbe || !readinessProbe) return [name];
          return livenessProbe.httpGet?.path === '/health/ready'
            ? [`${name}: is restarted while the database is away`]
            : [];
        }),
  },
  {
    name: 'probes of the back end ask for readiness and liveness at its main port',
    faults: (render) =>
      backends(render)
        .filter(({ kind }) => kind === 'Deployment')
        .filter(({ container: { startupProbe, livenessProbe, readinessProbe } }) => {
          const asked = [startupProbe, livenessProbe, readinessProbe].map(
            (probe) => `${probe?.httpGet?.port}${probe?.httpGet?.path}`,
          );
          return asked.join() !== 'http/health/live,http/health/live,http/health/ready';
        })
        .map(({ name }) => name),
  },
  {
    name: 'pods are spread over zones and nodes by selectors that match them',
    faults: (render) =>
      deployments(render).flatMap(({ name, labels, pod }) => {
        const spread = pod.topologySpreadConstraints ?? [];
        const keys = spread.map(({ topologyKey }) => topologyKey).join();
        const matching = spread.every(({ labelSelector, matchLabelKeys = [] }) => {
          const selected = Object.entries(labelSelector?.matchLabels ?? { '': '' });
          const known = matchLabelKeys.every((key) => key in labels || key === 'pod-template-hash');
          return known && selected.every(([key, value]) => labels[key] === value);
        });
        const required = render.overlay !== 'production' || spread[1]?.whenUnsatisfiable === 'DoNotSchedule';
        return matching && required && keys === 'topology.kubernetes.io/zone,kubernetes.io/hostname' ? [] : [name];
      }),
  },
  {
    name: 'autoscalers scale each Deployment, from 2 to 10, at 70 % of CPU and 80 % of memory, fast up and slowly down',
    faults: (render) => {
      const scalers = all(render, 'HorizontalPodAutoscaler');
      if (!AUTOSCALED[render.overlay]) return scalers.map((scaler) => `${nameOf(scaler)}: needs metrics-server`);
      const targets = scalers.map(({ spec }) => `${spec?.scaleTargetRef.kind} ${spec?.scaleTargetRef.name}`).sort();
      const expected = deployments(render)
        .map(({ name }) => `Deployment ${name}`)
        .sort();
      const faults = targets.join() === expected.join() ? [] : [`${targets.join()} is not ${expected.join()}`];
      return [...faults, ...scalers.filter((scaler) => !scalesAsMeant(scaler.spec)).map(nameOf)];
    },
  },
  {
    name: 'no Deployment says how many pods it has, which the autoscaler decides',
    faults: (render) =>
      all(render, 'Deployment')
        .filter(({ spec }) => spec?.replicas !== undefined)
        .map(nameOf),
  },
  {
    name: 'the heap of Node is bounded to half or two thirds of the memory limit',
    faults: (render) =>
      backends(render).flatMap((workload) => {
        const heap = /--max-old-space-size=(\d+)/.exec(environmentOf(render, workload).NODE_OPTIONS ?? '')?.[1];
        const limit = /^(\d+)Mi$/.exec(String(workload.container.resources?.limits?.memory))?.[1];
        const ratio = Number(heap) / Number(limit);
        return ratio >= 0.5 && ratio <= 0.67 ? [] : [`${workload.name}: ${heap} of ${limit} MiB`];
      }),
  },
  {
    name: 'PostgreSQL has connections for the most pods that there may be',
    faults: (render) => {
      const needed = mostConnections(render) + MIGRATION_CONNECTIONS + RESERVED_CONNECTIONS;
      const there = connectionsOf(render);
      return needed <= there ? [] : [`${needed} may be needed, ${there} are there`];
    },
  },
  {
    name: 'the migration is a Job that ends, and that Argo CD runs between the configuration and the rollout',
    faults: (render) => {
      const job = named(render, 'Job', 'migrate');
      const { spec, metadata } = job ?? {};
      const bounded = spec?.backoffLimit !== undefined && spec.activeDeadlineSeconds && spec.ttlSecondsAfterFinished;
      const wave = (of: { metadata?: { annotations?: Record<string, string> } } | undefined) =>
        Number(of?.metadata?.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
      const late = all(render, 'Deployment').filter((deployment) => wave(deployment) <= wave(job));
      const hook = metadata?.annotations?.['argocd.argoproj.io/hook'] === 'Sync' && wave(job) === 1;
      return [...(bounded && hook ? [] : ['Job migrate']), ...late.map(nameOf)];
    },
  },
];

type Scaler = ReturnType<typeof all<'HorizontalPodAutoscaler'>>[number]['spec'];

function scalesAsMeant(spec: Scaler): boolean {
  const targets = (spec?.metrics ?? []).map(
    ({ resource }) => `${resource?.name} ${resource?.target.averageUtilization}`,
  );
  const { scaleUp, scaleDown } = spec?.behavior ?? {};
  const paced = (scaleUp?.stabilizationWindowSeconds ?? 0) < (scaleDown?.stabilizationWindowSeconds ?? 0);
  return spec?.minReplicas === 2 && spec.maxReplicas === 10 && targets.join() === 'cpu 70,memory 80' && paced;
}

function mostConnections(render: Render): number {
  const scalers = all(render, 'HorizontalPodAutoscaler');
  return backends(render)
    .filter(({ kind }) => kind === 'Deployment')
    .map((workload) => {
      const scaler = scalers.find(({ spec }) => spec?.scaleTargetRef.name === workload.name);
      const surge = Number(named(render, 'Deployment', workload.name)?.spec?.strategy?.rollingUpdate?.maxSurge ?? 1);
      const pool = Number(environmentOf(render, workload).DATABASE_POOL_SIZE ?? 10);
      return ((scaler?.spec?.maxReplicas ?? 1) + surge) * (pool + LISTENERS);
    })
    .reduce((sum, connections) => sum + connections, 0);
}

function connectionsOf(render: Render): number {
  const own = workloads(render).find(({ name }) => name === 'postgres');
  if (!own) return CONNECTIONS_OF_MANAGED_POSTGRES;
  return Number(/max_connections=(\d+)/.exec((own.container.args ?? []).join(' '))?.[1] ?? 100);
}
