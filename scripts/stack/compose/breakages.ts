import { isDeepStrictEqual } from 'node:util';
import type { ComposeModel, Service } from './model.js';
import type { Rule } from './rule.js';

/** A fault that somebody could put into the file. */
interface Breakage {
  name: string;
  breakIt(model: ComposeModel): void;
}

const of = (name: string, change: (service: Service) => void): Breakage['breakIt'] => {
  return ({ services }) => change(services[name] as Service);
};
const unset = (name: string, key: keyof Service): Breakage => ({
  name: `${name} without ${key}`,
  breakIt: of(name, (service) => Reflect.deleteProperty(service, key)),
});
const set = (name: string, change: Record<string, unknown>): Breakage => ({
  name: `${name} with ${JSON.stringify(change)}`,
  breakIt: of(name, (service) => Object.assign(service, change)),
});
const variable = (name: string, value: string): Breakage => ({
  name: `grafana with ${name}=${value}`,
  breakIt: of('grafana', ({ environment }) => Object.assign(environment ?? {}, { [name]: value })),
});

/** At least one for each thing that a rule looks at. */
const BREAKAGES: readonly Breakage[] = [
  unset('redis', 'healthcheck'),
  set('redis', { healthcheck: { test: ['NONE'] } }),
  set('grafana', { restart: 'always' }),
  unset('frontend', 'deploy'),
  set('frontend', { deploy: { resources: { limits: { cpus: '1', memory: '8m' }, reservations: { memory: '16m' } } } }),
  set('frontend', { tmpfs: ['/tmp'] }),
  set('nginx', { tmpfs: ['/tmp:size=1g'] }),
  unset('k6', 'pids_limit'),
  unset('backend', 'logging'),
  set('backend', { depends_on: { databse: { condition: 'service_healthy' } } }),
  set('nginx', { depends_on: { backend: { condition: 'service_started' } } }),
  set('grafana', { depends_on: { influxdb: { condition: 'service_healthy' } } }),
  set('postgres', { depends_on: { backend: { condition: 'service_healthy' } } }),
  set('backend', { depends_on: { redis: { condition: 'service_healthy' } } }),
  unset('backend', 'stop_grace_period'),
  {
    name: 'a longer drain',
    breakIt: of('backend', (s) => Object.assign(s.environment ?? {}, { SHUTDOWN_DELAY_MS: 9000 })),
  },
  set('nginx', { stop_grace_period: '10s' }),
  unset('postgres', 'stop_grace_period'),
  unset('migrate', 'read_only'),
  set('postgres', { cap_drop: ['NET_RAW'] }),
  unset('influxdb', 'security_opt'),
  set('blackbox', { cap_add: ['NET_RAW'] }),
  set('prometheus', { privileged: true }),
  set('nginx', { network_mode: 'host' }),
  set('redis', { image: 'redis:latest' }),
  set('redis', { image: 'redis' }),
  set('redis', { image: 'redis:7' }),
  set('backend', { image: 'pitwall-backend:latest' }),
  set('prometheus', { volumes: [{ type: 'volume', source: 'promethus', target: '/prometheus' }] }),
  { name: 'the socket of Docker', breakIt: of('prometheus', (s) => s.volumes?.push(mount('/var/run/docker.sock'))) },
  { name: 'a file that is not there', breakIt: of('prometheus', (s) => s.volumes?.push(mount('./monitoring/x.yml'))) },
  {
    name: 'a mount to write to',
    breakIt: of('redis', (s) => Object.assign(s.volumes?.[1] ?? {}, { read_only: false })),
  },
  { name: 'a mount that is made', breakIt: of('redis', (s) => delete s.volumes?.[1]?.bind) },
  { name: 'a volume of nobody', breakIt: (model) => Object.assign(model.volumes, { attic: {} }) },
  set('postgres', { ports: ['5432:5432'] }),
  set('grafana', { ports: ['0.0.0.0:3000:3000'] }),
  set('grafana', { ports: ['127.0.0.1:9090:3000'] }),
  unset('nginx', 'ports'),
  set('grafana', { networks: ['monitoring', 'data'] }),
  set('grafana', { networks: ['monitorin'] }),
  { name: 'data that leads out', breakIt: ({ networks }) => delete networks.data?.internal },
  set('nginx', { networks: { edge: { ipv4_address: '10.211.80.2' }, monitoring: {} } }),
  set('nginx', { networks: ['edge'] }),
  set('nginx', { networks: { edge: { ipv4_address: '10.211.80.3' } } }),
  set('nginx', { networks: { edge: { ipv4_address: '10.211.81.2' } } }),
  {
    name: 'addresses from anywhere',
    breakIt: ({ networks }) => Object.assign(networks.edge?.ipam?.config[0] ?? {}, { ip_range: '10.211.80.0/24' }),
  },
  variable('GF_SECURITY_ADMIN_PASSWORD', 'admin'),
  variable('GF_DATABASE_URL', 'postgres://grafana:secret@postgres/grafana'),
  set('redis', { command: ['redis-server', '--requirepass', 'hunter2'] }),
  set('redis', { command: ['redis-server', '--password=hunter2'] }),
  variable('GF_SMTP_PASSWORD__FILE', '/run/secrets/smtp_password'),
  unset('prometheus', 'secrets'),
  { name: 'a secret that is not defined', breakIt: ({ secrets }) => delete secrets.redis_url },
  {
    name: 'a secret that nobody makes',
    breakIt: (model) => Object.assign(model.secrets, { smtp: { file: '.secrets/smtp' } }),
  },
];

const mount = (source: string) => ({
  type: 'bind',
  source,
  target: '/x',
  read_only: true,
  bind: { create_host_path: false },
});

export const breakageCount = BREAKAGES.length;

/** Those that no rule finds: a rule that finds nothing in a broken file proves nothing of a sound one. */
export function unnoticed(model: ComposeModel, rules: readonly Rule[]): string[] {
  const found = (candidate: ComposeModel) => rules.flatMap((rule) => rule.faults(candidate));
  const before = found(model);
  const missed = BREAKAGES.filter(({ breakIt }) => {
    const broken = structuredClone(model);
    breakIt(broken);
    if (isDeepStrictEqual(broken, model)) return true;
    return found(broken).every((fault) => before.includes(fault));
  });
  return missed.map(({ name }) => `nobody notices ${name}`);
}

/** The rules that none of them breaks. */
export function unbroken(model: ComposeModel, rules: readonly Rule[]): string[] {
  const silent = rules.filter((rule) => {
    const before = rule.faults(model);
    return BREAKAGES.every(({ breakIt }) => {
      const broken = structuredClone(model);
      breakIt(broken);
      return rule.faults(broken).every((fault) => before.includes(fault));
    });
  });
  return silent.map(({ name }) => `nothing breaks the rule: ${name}`);
}
