import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled, runCommand } from '../../checks/command.js';

export interface Certificate {
  certificate: string;
  key: string;
}

const DAYS = 365;

/** `nginx` is what containers call it. A file, since not every openssl knows `-addext`. */
const REQUEST = `
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = DNS:localhost, DNS:nginx, IP:127.0.0.1, IP:::1
`;

/** Signed by itself, for this machine: browsers warn of it, once. Throws where there is no openssl. */
export async function makeCertificate(): Promise<Certificate> {
  if (!isInstalled('openssl')) throw new Error('openssl is not installed: it makes the certificate for localhost.');
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-certificate-'));
  try {
    const [request, key, certificate] = ['request.cnf', 'tls.key', 'tls.crt'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(request, REQUEST);
    const { code, stderr } = await runCommand('openssl', [
      ...['req', '-x509', '-config', request, '-days', String(DAYS), '-sha256', '-nodes'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', certificate],
    ]);
    if (code !== 0) throw new Error(`openssl made no certificate: ${stderr.trim()}`);
    return { certificate: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
