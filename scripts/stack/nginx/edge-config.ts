import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runCommand } from '../../checks/command.js';

export interface EdgePorts {
  plain: number;
  tls: number;
}

/** Ports on loopback of the processes behind the edge. */
export interface Upstreams {
  backend: number[];
  frontend: number[];
}

type Version = readonly [number, number, number];

interface Change {
  file: string;
  from: RegExp;
  to: string | ((...match: string[]) => string);
}

/** The first that knows `http2 on` (https://nginx.org/en/CHANGES-1.26). */
const HTTP2_DIRECTIVE: Version = [1, 25, 1];

export const EDGE_SOURCE = join(ROOT, 'nginx');

export async function nginxVersion(): Promise<string> {
  const { stderr } = await runCommand('nginx', ['-v']);
  const version = /nginx\/(\d+\.\d+\.\d+)/.exec(stderr)?.[1];
  if (version === undefined) throw new Error(`nginx does not say its version: ${stderr}`);
  return version;
}

/**
 * The configuration as it is in `nginx/`, but for what belongs to a place: ports, addresses of the upstreams, certificate and
 * where it writes. Answers what else had to be changed for this nginx, in words. A line that is not where it is looked
 * for throws: what was proven would not be what is shipped.
 */
export async function copyEdgeConfig(
  folder: string,
  { ports, upstreams, version }: { ports: EdgePorts; upstreams: Upstreams; version: string },
): Promise<string[]> {
  await cp(EDGE_SOURCE, folder, { recursive: true });
  const servers = (name: keyof Upstreams) => (_line: string, settings: string) =>
    upstreams[name].map((port) => `  server 127.0.0.1:${port} ${settings};`).join('\n');
  await apply(folder, [
    { file: 'upstreams.conf', from: /^ {2}server backend:8080 resolve (.*);$/gm, to: servers('backend') },
    { file: 'upstreams.conf', from: /^ {2}server frontend:8080 resolve (.*);$/gm, to: servers('frontend') },
    { file: 'server-plain.conf', from: /listen 8080 /, to: `listen 127.0.0.1:${ports.plain} ` },
    { file: 'server-plain.conf', from: /listen \[::\]:8080 /, to: `listen [::1]:${ports.plain} ` },
    { file: 'server-plain.conf', from: /"~:8080\$" ":8443";/, to: `"~:${ports.plain}$" ":${ports.tls}";` },
    { file: 'server-tls.conf', from: /listen 8443 /, to: `listen 127.0.0.1:${ports.tls} ` },
    { file: 'server-tls.conf', from: /listen \[::\]:8443 /, to: `listen [::1]:${ports.tls} ` },
    { file: 'tls.conf', from: /\/run\/secrets\//g, to: `${folder}/` },
    { file: 'access-log.conf', from: /\/dev\/stdout/, to: `${folder}/tmp/access.log` },
    { file: 'nginx.conf', from: /(?<= )\/tmp\//g, to: `${folder}/tmp/` },
  ]);
  if (!isBefore(version, HTTP2_DIRECTIVE)) return [];
  await apply(folder, [
    { file: 'server-tls.conf', from: /^ {2}http2 on;$/m, to: '' },
    { file: 'server-tls.conf', from: / ssl default_server;/g, to: ' ssl http2 default_server;' },
  ]);
  return ['`http2 on` moved into `listen` (before 1.25.1)'];
}

async function apply(folder: string, changes: readonly Change[]): Promise<void> {
  for (const { file, from, to } of changes) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    const changed = text.replace(from, to as string);
    if (changed === text) throw new Error(`nginx/${file} has no ${from.source}.`);
    await writeFile(path, changed);
  }
}

function isBefore(version: string, bound: Version): boolean {
  const parts = version.split('.').map(Number);
  const differs = bound.findIndex((part, index) => parts[index] !== part);
  return differs !== -1 && (parts[differs] as number) < (bound[differs] as number);
}

/** A certificate for localhost, of an authority of its own: `ca.crt`, `tls.crt`, `tls.key`. */
export async function makeCertificate(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    ...['req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-days', '2'],
    ...['-subj', '/CN=Authority of a proof', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  );
  await openssl(
    ...['req', '-x509', '-CA', at('ca.crt'), '-CAkey', at('ca.key'), ...key],
    ...['-keyout', at('tls.key'), '-out', at('tls.crt'), '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'keyUsage=critical,digitalSignature'],
    ...['-addext', 'extendedKeyUsage=serverAuth', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
  );
}

async function openssl(...args: string[]): Promise<void> {
  const { code, stderr } = await runCommand('openssl', args);
  if (code !== 0) throw new Error(`openssl ${args[0]} ended with ${code}: ${stderr}`);
}
