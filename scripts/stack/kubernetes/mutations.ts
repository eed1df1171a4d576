import { named, type KubernetesObject, type Overlay } from './objects.js';

/** A fault that somebody could make in a manifest, and the rule that has to see it. */
export interface Mutation {
  rule: string;
  overlay?: Overlay;
  /** Changes a copy. */
  make(objects: KubernetesObject[]): void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- Changed as people get it wrong, which types would not allow.
type Loose = any;

const find = (objects: KubernetesObject[], kind: string, name: string): Loose => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name} to change.`);
  return found;
};

type Change = (target: Loose, objects: KubernetesObject[]) => void;

const change = (rule: string, kind: string, name: string, make: Change, overlay?: Overlay): Mutation => ({
  rule,
  ...(overlay && { overlay }),
  make: (objects) => make(find(objects, kind, name), objects),
});

const inPod = (rule: string, name: string, make: Change, kind = 'Deployment'): Mutation =>
  change(rule, kind, name, (object, objects) => make(object.spec.template.spec, objects));

const inContainer = (rule: string, name: string, make: Change, kind = 'Deployment'): Mutation =>
  inPod(rule, name, (pod, objects) => make(pod.containers[0], objects), kind);

const setting = (rule: string, name: string, value: string | undefined, overlay: Overlay = 'production'): Mutation => ({
  rule,
  overlay,
  make: (objects) => {
    const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('pitwall-'));
    const { data } = named({ objects }, 'ConfigMap', map?.metadata.name ?? '') as Loose;
    if (value === undefined) Reflect.deleteProperty(data, name);
    else data[name] = value;
  },
});

const remove = (rule: string, kind: string, name: string, overlay: Overlay = 'production'): Mutation =>
  change(rule, kind, name, (found, objects) => void objects.splice(objects.indexOf(found), 1), overlay);

const hardening: Mutation[] = [
  change('the namespace enforces', 'Namespace', 'pitwall', ({ metadata }) => {
    metadata.labels['pod-security.kubernetes.io/enforce'] = 'baseline';
  }),
  change('the namespace enforces', 'Namespace', 'pitwall', ({ metadata }) => {
    metadata.labels['pod-security.kubernetes.io/warn-version'] = 'latest';
  }),
  inPod('no part of the host', 'gateway', (pod) => (pod.hostNetwork = true)),
  inPod('no part of the host', 'redis', (pod) => (pod.shareProcessNamespace = true), 'StatefulSet'),
  inContainer('no part of the host', 'frontend', ({ ports }) => (ports[0].hostPort = 80)),
  inPod('volumes are of the allowed', 'ingest', ({ volumes }) => volumes.push({ name: 'x', hostPath: { path: '/' } })),
  inPod('volumes are of the allowed', 'ingest', ({ volumes }) => (volumes[0].emptyDir = {})),
  inPod('pods run as a numbered user', 'worker', ({ securityContext }) => (securityContext.runAsUser = 0)),
  inPod('pods run as a numbered user', 'migrate', ({ securityContext }) => delete securityContext.runAsNonRoot, 'Job'),
  inContainer('pods run as a numbered user', 'frontend', ({ securityContext }) => (securityContext.runAsUser = 0)),
  inPod('seccomp is', 'business', ({ securityContext }) => (securityContext.seccompProfile.type = 'Unconfined')),
  inContainer('seccomp is', 'business', (one) => (one.securityContext.seccompProfile = { type: 'Unconfined' })),
  inContainer('nobody gains', 'gateway', ({ securityContext }) => delete securityContext.allowPrivilegeEscalation),
  inContainer('nobody gains', 'gateway', ({ securityContext }) => (securityContext.privileged = true)),
  inPod('nobody gains', 'gateway', (pod) => (pod.initContainers = [{ name: 'init', image: 'init:1' }])),
  inContainer('all capabilities', 'gateway', ({ securityContext }) => delete securityContext.capabilities),
  inContainer('all capabilities', 'gateway', (one) => (one.securityContext.capabilities.add = ['NET_ADMIN'])),
  inContainer('the root file system', 'migrate', (one) => (one.securityContext.readOnlyRootFilesystem = false), 'Job'),
  inPod('no pod has a token', 'gateway', (pod) => delete pod.automountServiceAccountToken),
  inPod('no pod has a token', 'gateway', (pod) => delete pod.enableServiceLinks),
  change('no pod has a token', 'ServiceAccount', 'worker', (account) => delete account.automountServiceAccountToken),
  inPod('each workload has a ServiceAccount', 'ingest', (pod) => (pod.serviceAccountName = 'gateway')),
  inPod('each workload has a ServiceAccount', 'ingest', (pod) => delete pod.serviceAccountName),
  inContainer('CPU, memory and disk', 'gateway', ({ resources }) => delete resources.limits.memory),
  inContainer('CPU, memory and disk', 'gateway', ({ resources }) => (resources.requests.memory = '64Mi')),
  inContainer('CPU, memory and disk', 'gateway', (one) => delete one.resources),
  inContainer('images have', 'gateway', (one) => (one.image = 'registry.example.com:5000/pitwall/backend')),
  inContainer('images have', 'gateway', (one) => (one.image = 'pitwall-backend:latest')),
  inPod('secrets are files', 'gateway', ({ volumes }) => delete volumes[1].secret.defaultMode),
  inContainer('secrets are files', 'gateway', ({ env }) =>
    env.push({ name: 'X', valueFrom: { secretKeyRef: { name: 'pitwall-backend', key: 'redis_url' } } }),
  ),
  inContainer('secrets are files', 'gateway', (one) => one.envFrom.push({ secretRef: { name: 'pitwall-backend' } })),
];

const references: Mutation[] = [
  change('all is in the namespace', 'Service', 'gateway', ({ metadata }) => (metadata.namespace = 'default')),
  change('all is in the namespace', 'Deployment', 'gateway', ({ metadata }) => delete metadata.labels),
  change('workloads carry their name', 'Deployment', 'gateway', ({ spec }) => {
    delete spec.template.metadata.labels['app.kubernetes.io/component'];
  }),
  inPod('ConfigMaps, Secrets', 'worker', ({ volumes }) => (volumes[1].secret.secretName = 'pitwall')),
  inContainer('ConfigMaps, Secrets', 'worker', ({ envFrom }) => (envFrom[0].configMapRef.name = 'pitwall')),
  remove('ConfigMaps, Secrets', 'ServiceAccount', 'worker'),
  setting('files of secrets', 'REDIS_URL_FILE', '/run/secrets/pitwall/redis'),
  inContainer('files of secrets', 'redis', ({ volumeMounts }) => (volumeMounts[2].mountPath = '/run/x'), 'StatefulSet'),
  inContainer('volumes that are mounted', 'gateway', ({ volumeMounts }) => volumeMounts.pop()),
  inPod('volumes that are mounted', 'gateway', ({ volumes }) => volumes.pop()),
  change('the Secrets that External', 'ExternalSecret', 'pitwall-backend', ({ spec }) => spec.data.pop(), 'production'),
  remove('where External Secrets', 'ExternalSecret', 'pitwall-migrate'),
  change('Services select', 'Service', 'ingest', ({ spec }) => (spec.selector = { app: 'ingest' })),
  change('Services select', 'Service', 'ingest', ({ spec }) => (spec.ports[0].targetPort = 'web')),
  change('Services select', 'Service', 'ingest', ({ spec }) => (spec.ports[0].port = 8080)),
  change(
    'ServiceMonitors',
    'ServiceMonitor',
    'pitwall',
    ({ spec }) => (spec.selector.matchLabels = { app: 'x' }),
    'production',
  ),
  change('ServiceMonitors', 'ServiceMonitor', 'pitwall', ({ spec }) => (spec.endpoints[0].port = 'web'), 'production'),
  change('ServiceMonitors', 'ServiceMonitor', 'pitwall', ({ spec }) => (spec.jobLabel = 'job'), 'production'),
  change(
    'ServiceMonitors',
    'ServiceMonitor',
    'pitwall',
    ({ spec }) => {
      spec.endpoints[0].authorization.credentials.key = 'token';
    },
    'production',
  ),
  remove('each Deployment has a disruption', 'PodDisruptionBudget', 'frontend', 'alpha'),
  change('each Deployment has a disruption', 'PodDisruptionBudget', 'ingest', ({ spec }) => (spec.maxUnavailable = 0)),
];

const rule = 'the network policies connect';
const network: Mutation[] = [
  remove(rule, 'NetworkPolicy', 'default-deny'),
  remove(rule, 'NetworkPolicy', 'backend-to-dns', 'alpha'),
  remove(rule, 'NetworkPolicy', 'metrics-from-prometheus'),
  remove(rule, 'NetworkPolicy', 'acme-challenge'),
  change(rule, 'NetworkPolicy', 'default-deny', ({ spec }) => (spec.policyTypes = ['Ingress'])),
  change(rule, 'NetworkPolicy', 'from-ingress-controller', ({ spec }) => delete spec.ingress[0].from[0].podSelector),
  change(rule, 'NetworkPolicy', 'from-ingress-controller', ({ spec }) => delete spec.ingress[0].ports),
  change(rule, 'NetworkPolicy', 'from-ingress-controller', ({ spec }) => (spec.ingress[0].ports[0].port = 8080)),
  // Two peers where one was meant: the indentation that makes an "and" an "or".
  change(rule, 'NetworkPolicy', 'from-ingress-controller', ({ spec }) => {
    const [{ namespaceSelector, podSelector }] = spec.ingress[0].from;
    spec.ingress[0].from = [{ namespaceSelector }, { podSelector }];
  }),
  change(rule, 'NetworkPolicy', 'redis-from-backend', ({ spec }) => (spec.ingress[0].from[0].namespaceSelector = {})),
  change(rule, 'NetworkPolicy', 'postgres-from-backend', ({ spec }) => delete spec.ingress[0].from, 'alpha'),
  change(
    rule,
    'NetworkPolicy',
    'backend-to-external-postgres',
    ({ spec }) => {
      spec.egress[0].to[0].ipBlock.cidr = '0.0.0.0/0';
    },
    'production',
  ),
];

const rollout: Mutation[] = [
  setting('pods are given the time', 'SHUTDOWN_GRACE_MS', '60000'),
  inContainer('pods are given the time', 'gateway', (one) => delete one.lifecycle),
  inPod('pods are given the time', 'gateway', (pod) => delete pod.terminationGracePeriodSeconds),
  change(
    'a rollout never serves',
    'Deployment',
    'gateway',
    ({ spec }) => (spec.strategy.rollingUpdate.maxUnavailable = 1),
  ),
  change('a rollout never serves', 'Deployment', 'gateway', ({ spec }) => (spec.strategy = { type: 'Recreate' })),
  inContainer('each container that stays', 'redis', (one) => delete one.readinessProbe, 'StatefulSet'),
  inContainer('each container that stays', 'gateway', (one) => (one.livenessProbe = one.readinessProbe)),
  inContainer('probes of the back end', 'worker', (one) => (one.startupProbe.httpGet.port = 'metrics')),
  inPod(
    'pods are spread',
    'gateway',
    (pod) => (pod.topologySpreadConstraints[0].labelSelector.matchLabels = { app: 'x' }),
  ),
  inPod('pods are spread', 'gateway', (pod) => pod.topologySpreadConstraints.pop()),
  remove('autoscalers scale', 'HorizontalPodAutoscaler', 'worker'),
  change(
    'autoscalers scale',
    'HorizontalPodAutoscaler',
    'ingest',
    ({ spec }) => (spec.scaleTargetRef.name = 'x'),
    'production',
  ),
  change('autoscalers scale', 'HorizontalPodAutoscaler', 'ingest', ({ spec }) => (spec.minReplicas = 1), 'production'),
  change('autoscalers scale', 'HorizontalPodAutoscaler', 'ingest', ({ spec }) => spec.metrics.pop(), 'production'),
  change('autoscalers scale', 'HorizontalPodAutoscaler', 'ingest', ({ spec }) => delete spec.behavior, 'production'),
  change('no Deployment says', 'Deployment', 'gateway', ({ spec }) => (spec.replicas = 2)),
  inContainer('the heap of Node', 'gateway', ({ resources }) => (resources.limits.memory = '1024Mi')),
  inContainer('the heap of Node', 'migrate', ({ env }) => env.pop(), 'Job'),
  setting('PostgreSQL has connections', 'DATABASE_POOL_SIZE', '10'),
  {
    ...inContainer(
      'PostgreSQL has connections',
      'postgres',
      (one) => (one.args = ['-cmax_connections=40']),
      'StatefulSet',
    ),
    overlay: 'alpha',
  },
  change('the migration is a Job', 'Job', 'migrate', ({ spec }) => delete spec.backoffLimit),
  change('the migration is a Job', 'Job', 'migrate', ({ metadata }) => delete metadata.annotations),
  change('the migration is a Job', 'Deployment', 'ingest', ({ metadata }) => delete metadata.annotations),
];

const ingress = (about: string, make: Change, overlay?: Overlay) => change(about, 'Ingress', 'pitwall', make, overlay);
const path = (spec: Loose, wanted: string): Loose =>
  spec.rules[0].http.paths.find((one: { path: string }) => one.path === wanted);

const routing: Mutation[] = [
  ingress('the Ingress leads each', ({ spec }) => (path(spec, '/api/v1/hooks').backend.service.name = 'gateway')),
  ingress('the Ingress leads each', ({ spec }) => spec.rules[0].http.paths.splice(0, 1)),
  ingress('the Ingress leads each', ({ spec }) => (path(spec, '/health').pathType = 'Exact')),
  inContainer('the Ingress leads each', 'business', ({ env }) => (env[0].value = 'worker')),
  ingress('pages of the UI', ({ spec }) => (path(spec, '/').backend.service.name = 'gateway')),
  ingress('pages of the UI', ({ spec }) =>
    spec.rules[0].http.paths.push({ ...path(spec, '/api'), path: '/metrics', pathType: 'Exact' }),
  ),
  ingress('each path of the Ingress', ({ spec }) => (path(spec, '/api').backend.service.port = { name: 'metrics' })),
  ingress('each path of the Ingress', ({ spec }) =>
    spec.rules[0].http.paths.push({ ...path(spec, '/api'), path: '/graphql' }),
  ),
  ingress('the Ingress has a class', ({ spec }) => delete spec.ingressClassName),
  ingress('the Ingress has a class', ({ spec }) => (spec.rules[0].host = 'ci.example.com')),
  ingress('the Ingress has a class', ({ spec }) => delete spec.tls, 'production'),
  setting('the probes from outside', 'PUBLIC_URL', 'https://ci.example.com'),
  change(
    'the probes from outside',
    'Probe',
    'pitwall-certificate',
    ({ spec }) => delete spec.targets.staticConfig.labels,
    'production',
  ),
];

const settings: Mutation[] = [
  inContainer('every variable is', 'ingest', ({ env }) => env.push({ name: 'MAX_HOOK_BYTE', value: '1' })),
  setting('every variable is', 'REDIS_PASSWORD_FILE', '/run/secrets/pitwall/redis_url'),
  setting('the back end accepts', 'METRICS_TOKEN_FILE', undefined),
  setting('the back end accepts', 'REDIS_URL_FILE', undefined),
  setting('the back end accepts', 'PUBLIC_URL', undefined),
  inContainer('a process has the role', 'worker', ({ env }) => (env[0].value = 'ingest')),
  inContainer('a process has the role', 'worker', ({ env }) => (env[1].value = '8080')),
  setting('a process has the role', 'METRICS_PORT', '9465'),
  setting('a process has the role', 'HOST', '127.0.0.1'),
  setting('it is production', 'NODE_ENV', 'development'),
  setting('it is production', 'TRUST_PROXY', undefined),
  setting('it is production', 'TRUST_PROXY', '0.0.0.0/0'),
  setting('it is production', 'FORCE_HTTPS', 'false'),
  setting('only the migration', 'DATABASE_MIGRATION_URL_FILE', '/run/secrets/pitwall/database_url'),
];

export const MUTATIONS: readonly Mutation[] = [
  ...hardening,
  ...references,
  ...network,
  ...rollout,
  ...routing,
  ...settings,
];
