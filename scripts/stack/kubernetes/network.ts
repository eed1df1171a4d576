import { BlockList } from 'node:net';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { all, selects, workloads, type Labels, type Overlay, type Render } from './objects.js';
import type { Rule } from './rule.js';

/** Whatever sends or receives: a pod of ours, or something outside of the namespace. */
interface Peer {
  name: string;
  namespace: string;
  labels: Labels;
  /** By number and name; what is outside has no names. */
  ports: readonly { port: number; name?: string; protocol: 'TCP' | 'UDP' }[];
  /** Of what is outside of the cluster. */
  address?: string;
}

type Policy = NonNullable<INetworkPolicy['spec']>;
type PolicyPeer = NonNullable<NonNullable<Policy['ingress']>[number]['from']>[number];
type PolicyPort = NonNullable<NonNullable<Policy['ingress']>[number]['ports']>[number];

const OURS = 'pitwall';

/** No pod listens there; a policy without ports would let it through. */
const UNUSED_PORT = 31_337;

const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'TCP' as const }));
const pod = (name: string, namespace: string, labels: Labels, ports: Peer['ports']): Peer => {
  return { name, namespace, labels, ports };
};

/** Those who are meant to speak with Pitwall's pods, and some who are not. */
const OTHERS: readonly Peer[] = [
  pod('dns', 'kube-system', { 'k8s-app': 'kube-dns' }, [{ port: 53, protocol: 'UDP' }, ...tcp(53, 9153)]),
  pod('traefik', 'traefik', { 'app.kubernetes.io/name': 'traefik' }, tcp(8000)),
  pod('prometheus', 'monitoring', { 'app.kubernetes.io/name': 'prometheus' }, tcp(9090)),
  pod('neighbour of traefik', 'traefik', {}, tcp(80)),
  pod('neighbour of prometheus', 'monitoring', { 'app.kubernetes.io/name': 'grafana' }, tcp(3000)),
  pod('false redis', 'default', { 'app.kubernetes.io/name': 'redis' }, tcp(6379)),
  pod('false postgres', 'default', { 'app.kubernetes.io/name': 'postgres' }, tcp(5432)),
  pod('false gateway', 'default', { 'app.kubernetes.io/component': 'gateway' }, tcp(8080)),
  pod('stranger', 'default', {}, tcp(80, 5432)),
  pod('newcomer', OURS, {}, tcp(UNUSED_PORT)),
  pod('acme solver', OURS, { 'acme.cert-manager.io/http01-solver': 'true' }, tcp(8089)),
  { ...pod('managed postgres', '', {}, tcp(22, 5432)), address: '10.20.0.10' },
  { ...pod('API server', '', {}, tcp(443, 6443)), address: '10.96.0.1' },
  { ...pod('metadata service', '', {}, tcp(80)), address: '169.254.169.254' },
  { ...pod('internet', '', {}, tcp(80, 443, 5432, 6379)), address: '203.0.113.10' },
];

const ROLES = ['gateway', 'business', 'ingest', 'worker'];
const from = (senders: readonly string[], ...targets: string[]) =>
  senders.flatMap((sender) => targets.map((target) => `${sender} -> ${target}`));

const always = [
  ...from([...ROLES, 'migrate'], 'dns:53/UDP', 'dns:53/TCP'),
  ...from(ROLES, 'redis:6379/TCP'),
  ...from(['traefik'], 'gateway:8080/TCP', 'business:8081/TCP', 'ingest:8082/TCP', 'frontend:8080/TCP'),
];

/** All that may be said to whom. Anything less breaks Pitwall, anything more is a hole. */
const DECLARED: Readonly<Record<Overlay, readonly string[]>> = {
  alpha: [...always, ...from([...ROLES, 'migrate'], 'postgres:5432/TCP')],
  production: [
    ...always,
    ...from([...ROLES, 'migrate'], 'managed postgres:5432/TCP'),
    ...from(['traefik'], 'acme solver:8089/TCP'),
    ...from(['prometheus'], ...ROLES.map((role) => `${role}:9464/TCP`)),
  ],
};

export const networkRules: readonly Rule[] = [
  {
    name: 'the network policies connect exactly the declared pairs',
    faults: (render) => {
      const declared = new Set(DECLARED[render.overlay]);
      const found = new Set(connections(render));
      return [
        ...[...found].filter((flow) => !declared.has(flow)).map((flow) => `open: ${flow}`),
        ...[...declared].filter((flow) => !found.has(flow)).map((flow) => `closed: ${flow}`),
      ];
    },
  },
];

function connections(render: Render): string[] {
  const own = workloads(render).map(({ name, labels, container }) =>
    pod(name, OURS, labels, [
      ...(container.ports ?? []).map(({ containerPort, name: port, protocol }) => {
        return { port: containerPort, ...(port && { name: port }), protocol: (protocol ?? 'TCP') as 'TCP' };
      }),
      ...tcp(UNUSED_PORT),
    ]),
  );
  const policies = all(render, 'NetworkPolicy').flatMap(({ spec }) => spec ?? []);
  const peers = [...own, ...OTHERS];
  return peers.flatMap((sender) =>
    peers
      .filter((target) => target !== sender && [sender, target].some(({ namespace }) => namespace === OURS))
      .flatMap((target) =>
        target.ports
          .filter((port) => leaves(policies, sender, target, port) && enters(policies, sender, target, port))
          .map(({ port, protocol }) => `${sender.name} -> ${target.name}:${port}/${protocol}`),
      ),
  );
}

function leaves(policies: Policy[], sender: Peer, target: Peer, port: Peer['ports'][number]): boolean {
  const about = sender.namespace === OURS ? policies.filter((one) => concerns(one, sender, 'Egress')) : [];
  if (about.length === 0) return true;
  const rules = about.flatMap(({ egress = [] }) => egress);
  return rules.some(({ to, ports }) => matchesPeer(to, target) && matchesPort(ports, port));
}

function enters(policies: Policy[], sender: Peer, target: Peer, port: Peer['ports'][number]): boolean {
  const about = target.namespace === OURS ? policies.filter((one) => concerns(one, target, 'Ingress')) : [];
  if (about.length === 0) return true;
  const rules = about.flatMap(({ ingress = [] }) => ingress);
  return rules.some((rule) => matchesPeer(rule.from, sender) && matchesPort(rule.ports, port));
}

/** Without policyTypes, a policy is about what comes in, and about what goes out only where it has such rules. */
function concerns({ podSelector = {}, policyTypes, egress }: Policy, { labels }: Peer, type: 'Ingress' | 'Egress') {
  return selects(podSelector, labels) && (policyTypes ?? (egress ? ['Ingress', 'Egress'] : ['Ingress'])).includes(type);
}

function matchesPeer(peers: readonly PolicyPeer[] | undefined, peer: Peer): boolean {
  if (!peers || peers.length === 0) return true;
  return peers.some(({ ipBlock, namespaceSelector, podSelector }) => {
    if (ipBlock) return peer.address !== undefined && within(peer.address, ipBlock);
    if (peer.address !== undefined) return false;
    const labels = { 'kubernetes.io/metadata.name': peer.namespace };
    const inNamespace = namespaceSelector ? selects(namespaceSelector, labels) : peer.namespace === OURS;
    return inNamespace && selects(podSelector ?? {}, peer.labels);
  });
}

function within(address: string, { cidr, except = [] }: { cidr: string; except?: readonly string[] }): boolean {
  const inside = (network: string) => {
    const [base = '', bits] = network.split('/');
    const list = new BlockList();
    list.addSubnet(base, Number(bits), 'ipv4');
    return list.check(address, 'ipv4');
  };
  return inside(cidr) && !except.some(inside);
}

function matchesPort(
  ports: readonly PolicyPort[] | undefined,
  { port, name, protocol }: Peer['ports'][number],
): boolean {
  if (!ports || ports.length === 0) return true;
  return ports.some((allowed) => {
    if ((allowed.protocol ?? 'TCP') !== protocol) return false;
    if (allowed.port === undefined) return true;
    if (typeof allowed.port === 'string') return allowed.port === name;
    return port >= allowed.port && port <= (allowed.endPort ?? allowed.port);
  });
}
