import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, INamespace, ISecret, IService, IServiceAccount } from 'kubernetes-models/v1';
import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import type { IProbe, IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { parseAllDocuments } from 'yaml';
import { ROOT, runCommand } from '../../checks/command.js';

/** The kinds that are looked into; `strict-types.ts` looks at every kind. */
interface Kinds {
  ConfigMap: IConfigMap;
  Deployment: IDeployment;
  ExternalSecret: IExternalSecret;
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  Ingress: IIngress;
  Job: IJob;
  Namespace: INamespace;
  NetworkPolicy: INetworkPolicy;
  PodDisruptionBudget: IPodDisruptionBudget;
  Probe: IProbe;
  Secret: ISecret;
  Service: IService;
  ServiceAccount: IServiceAccount;
  ServiceMonitor: IServiceMonitor;
  StatefulSet: IStatefulSet;
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
}

export type Labels = Readonly<Record<string, string>>;
export type PodTemplate = NonNullable<NonNullable<IDeployment['spec']>['template']>;
export type PodSpec = NonNullable<PodTemplate['spec']>;
export type Container = PodSpec['containers'][number];

export const OVERLAYS = ['alpha', 'production'] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** What an overlay comes to, and the Secrets that it expects to find. */
export interface Render {
  overlay: Overlay;
  objects: readonly KubernetesObject[];
  /** The keys of each Secret in secrets.example.yaml. */
  secretKeys: ReadonlyMap<string, readonly string[]>;
}

export function parseObjects(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as KubernetesObject;
  });
}

export async function kustomize(folder: string): Promise<KubernetesObject[]> {
  const { code, stdout, stderr } = await runCommand('kubectl', ['kustomize', folder]);
  if (code !== 0) throw new Error(`kubectl kustomize ${folder}: ${stderr.trim()}`);
  return parseObjects(stdout);
}

export const readObjects = async (file: string) => parseObjects(await readFile(join(ROOT, file), 'utf8'));

export async function render(overlay: Overlay): Promise<Render> {
  const examples = (await readObjects('k8s/secrets.example.yaml')) as ISecret[];
  const secretKeys = new Map(examples.map((secret) => [nameOf(secret), Object.keys(secret.stringData ?? {})]));
  return { overlay, objects: await kustomize(`k8s/overlays/${overlay}`), secretKeys };
}

/** Every object of a kind. */
export function all<K extends keyof Kinds>({ objects }: Pick<Render, 'objects'>, kind: K): Kinds[K][] {
  return objects.filter((object) => object.kind === kind) as unknown as Kinds[K][];
}

export function named<K extends keyof Kinds>(render: Pick<Render, 'objects'>, kind: K, name: string) {
  return all(render, kind).find((object) => nameOf(object) === name);
}

export const nameOf = (object: { metadata?: { name?: string } }): string => object.metadata?.name ?? '';

/** Whatever makes pods. */
export interface Workload {
  kind: 'Deployment' | 'Job' | 'StatefulSet';
  name: string;
  labels: Labels;
  pod: PodSpec;
  container: Container;
}

export function workloads(render: Pick<Render, 'objects'>): Workload[] {
  return (['Deployment', 'Job', 'StatefulSet'] as const).flatMap((kind) =>
    all(render, kind).map((object) => {
      const template = object.spec?.template;
      const pod = template?.spec;
      const container = pod?.containers[0];
      if (!pod || !container) throw new Error(`${kind} ${nameOf(object)} has no container.`);
      return { kind, name: nameOf(object), labels: template?.metadata?.labels ?? {}, pod, container };
    }),
  );
}

export const deployments = (render: Render) => workloads(render).filter(({ kind }) => kind === 'Deployment');

/** The pods that run the back end, the migration among them. */
export const backends = (render: Render) =>
  workloads(render).filter(({ labels }) => labels['app.kubernetes.io/name'] === 'pitwall-backend');

/** A container's environment, that of its ConfigMaps beneath its own. Values that come from elsewhere are left out. */
export function environmentOf(render: Render, { container }: Workload): Record<string, string> {
  const maps = (container.envFrom ?? []).map(
    ({ configMapRef }) => named(render, 'ConfigMap', configMapRef?.name ?? '')?.data ?? {},
  );
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? ''] as const);
  return Object.assign({}, ...maps, Object.fromEntries(own)) as Record<string, string>;
}

interface Selector {
  matchLabels?: Labels;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** An empty selector selects all. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      throw new Error(`There is no operator ${operator}.`);
    })
  );
}
