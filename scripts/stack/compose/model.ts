import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../checks/command.js';
import { interpolate } from './interpolate.js';

export const COMPOSE_FILE = 'docker-compose.yml';

/** Of a service, what the checks look at; the rest is the schema's. */
export interface Service {
  image: string;
  build?: { dockerfile: string; args?: Record<string, string> };
  profiles?: string[];
  user?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | number>;
  secrets?: string[];
  volumes?: Mount[];
  tmpfs?: string[];
  ports?: string[];
  networks: string[] | Record<string, { ipv4_address?: string }>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  pids_limit?: number;
  stop_grace_period?: string;
  logging?: { driver?: string; options?: Record<string, string> };
  deploy?: { resources?: { limits?: Resources; reservations?: Resources } };
}

export interface Mount {
  type: string;
  source: string;
  target: string;
  read_only?: boolean;
  bind?: { create_host_path?: boolean };
}

export interface Resources {
  cpus?: string;
  memory?: string;
}

export interface Network {
  internal?: boolean;
  ipam?: { config: { subnet: string; ip_range: string; gateway: string }[] };
}

export interface ComposeModel {
  services: Record<string, Service>;
  networks: Record<string, Network>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

/** Resolves anchors and merges, then variables, as Compose does. Throws where a variable is needed and missing. */
export async function readCompose(environment: Readonly<Record<string, string | undefined>>): Promise<ComposeModel> {
  const text = await readFile(join(ROOT, COMPOSE_FILE), 'utf8');
  const document: unknown = parse(text, { merge: true });
  // What was shared by an anchor is copied: a change of one place is then a change of that place alone.
  return JSON.parse(JSON.stringify(resolved(document, environment))) as ComposeModel;
}

function resolved(node: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof node === 'string') return interpolate(node, environment);
  if (Array.isArray(node)) return node.map((item) => resolved(item, environment));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolved(value, environment)]));
}

export const isOneShot = ({ restart }: Service) => restart === 'no';

export const networksOf = ({ networks }: Service): string[] =>
  Array.isArray(networks) ? networks : Object.keys(networks);

/** `90s` or `500ms`, in milliseconds. */
export function milliseconds(duration: string): number {
  const [, count, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(duration) ?? [];
  if (count === undefined) throw new Error(`No duration: ${duration}`);
  return Number(count) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[String(unit)] ?? NaN);
}

/** `64m`, `1g`, `192mb`, in bytes. */
export function bytes(size: string): number {
  const [, count, unit] = /^(\d{1,12})([kmg]?)b?$/i.exec(size) ?? [];
  if (count === undefined) throw new Error(`No size: ${size}`);
  return Number(count) * 1024 ** ['', 'k', 'm', 'g'].indexOf((unit ?? '').toLowerCase());
}
