import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../checks/command.js';
import { networksOf, type ComposeModel, type Service } from './model.js';
import { eachService, unless, type Rule } from './rule.js';

/** Would give a container what this file takes from all. */
const GRANTS = [
  'privileged',
  'cap_add',
  'devices',
  'network_mode',
  'pid',
  'ipc',
  'userns_mode',
  'volumes_from',
] as const;
const LOOPBACK = '127.0.0.1';
const EDGE = 'nginx';

/** What each may do and reach, and who reaches it. */
export const accessRules: readonly Rule[] = [
  eachService('each has the least rights', (service) => [
    ...unless(service.read_only === true, 'may write to its root'),
    ...unless(service.cap_drop?.join() === 'ALL', 'keeps capabilities'),
    ...unless(service.security_opt?.includes('no-new-privileges:true') ?? false, 'may gain privileges'),
    ...GRANTS.filter((key) => key in service).map((key) => `has ${key}`),
  ]),
  { name: 'images have exact versions', faults: imageFaults },
  { name: 'what is mounted is there, and cannot be written to', faults: mountFaults },
  { name: 'only the edge can be opened to others', faults: portFaults },
  { name: 'who may call whom', faults: networkFaults },
];

function imageFaults({ services }: ComposeModel): string[] {
  const built = new Set(Object.values(services).flatMap(({ build, image }) => (build ? [image] : [])));
  return Object.entries(services).flatMap(([name, { image, build }]) => {
    const tag = /:([^/:@]+)$/.exec(image)?.[1] ?? '';
    const exact = built.has(image) ? tag !== '' && tag !== 'latest' : /^v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$/.test(tag);
    return [
      ...unless(exact, `${name}: ${image} is no exact version`),
      ...unless(!build || existsSync(join(ROOT, build.dockerfile)), `${name}: there is no ${build?.dockerfile}`),
    ];
  });
}

function mountFaults({ services, volumes }: ComposeModel): string[] {
  const mounts = Object.entries(services).flatMap(([name, { volumes: mounted = [] }]) =>
    mounted.map((mount) => ({ name, ...mount })),
  );
  const faults = mounts.flatMap(({ name, type, source, target, read_only, bind }) => {
    const what = `${name}: ${source} at ${target}`;
    if (type === 'volume') return unless(source in volumes, `${what} is not defined`);
    return [
      ...unless(type === 'bind' && source.startsWith('./') && !source.includes('..'), `${what} is not of this folder`),
      ...unless(existsSync(join(ROOT, source)), `${what} is not there`),
      ...unless(read_only === true, `${what} can be written to`),
      ...unless(bind?.create_host_path === false, `${what} would be made where it is missing`),
    ];
  });
  const used = new Set(mounts.map(({ source }) => source));
  return [...faults, ...Object.keys(volumes).flatMap((name) => unless(used.has(name), `${name}: nobody mounts it`))];
}

function portFaults({ services }: ComposeModel): string[] {
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => ({ name, port, parts: port.split(':') })),
  );
  const taken = published.map(({ parts }) => parts.at(-2));
  return [
    ...published.flatMap(({ name, port, parts }) => [
      ...unless(parts.length === 3 && (name === EDGE || parts[0] === LOOPBACK), `${name}: ${port} is open to others`),
      ...unless(taken.filter((other) => other === parts.at(-2)).length === 1, `${name}: ${port} is taken twice`),
    ]),
    ...unless(services.nginx?.ports?.length === 2, 'nginx: should publish http and https'),
  ];
}

/** Whom data and figures are for. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  data: ['postgres', 'redis', 'migrate', 'backend', 'tools', 'psql', 'redis-cli'],
  edge: ['nginx', 'backend', 'frontend', 'blackbox', 'k6'],
};

function networkFaults({ services, networks }: ComposeModel): string[] {
  const faults = Object.entries(services).flatMap(([name, service]) =>
    networksOf(service).flatMap((network) => [
      ...unless(network in networks, `${name}: there is no network ${network}`),
      ...unless(MEMBERS[network]?.includes(name) ?? true, `${name}: has no business in ${network}`),
    ]),
  );
  const shared = networksOf(services.nginx as Service).filter((network) =>
    networksOf(services.backend as Service).includes(network),
  );
  return [
    ...faults,
    ...unless(networks.data?.internal === true, 'data: leads out'),
    ...unless(
      shared.join() === 'edge',
      `nginx: shares ${shared.join(', ')} with the back end, and may call from either`,
    ),
    ...addressFaults(services, networks),
  ];
}

/** The address of nginx is fixed, trusted, and not given to anybody else. */
function addressFaults(services: ComposeModel['services'], networks: ComposeModel['networks']): string[] {
  const attached = services.nginx?.networks ?? [];
  const address = Array.isArray(attached) ? undefined : attached.edge?.ipv4_address;
  const { subnet = '', ip_range: range = '' } = networks.edge?.ipam?.config[0] ?? {};
  if (address === undefined) return ['nginx: has no fixed address'];
  return [
    ...unless(services.backend?.environment?.TRUST_PROXY === address, `backend: does not trust exactly ${address}`),
    ...unless(contains(subnet, address), `nginx: ${address} is not in ${subnet}`),
    ...unless(range !== '' && !contains(range, address), `edge: may give ${address} to somebody else`),
  ];
}

function contains(network: string, address: string): boolean {
  const [base = '', bits] = network.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(asNumber(base) / size) === Math.floor(asNumber(address) / size);
}

const asNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
