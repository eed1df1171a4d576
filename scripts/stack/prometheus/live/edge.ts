import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../../../checks/command.js';

/** What ends TLS in front of Pitwall, as nginx does, with a certificate for localhost. */
export interface Edge {
  port: number;
  certificateFile: string;
  close(): Promise<void>;
}

export interface Validity {
  /** As OpenSSL writes times: YYYYMMDDHHMMSSZ. */
  from: string;
  to: string;
}

/** @param upstream where requests are passed on to */
export async function startEdge(folder: string, upstream: URL, validity?: Validity): Promise<Edge> {
  const { certificateFile, keyFile } = await makeCertificate(folder, validity ?? aroundNow());
  const tls = { cert: await readFile(certificateFile), key: await readFile(keyFile) };
  const server = createServer(tls, (req, res) => {
    const passed = request(
      new URL(req.url ?? '/', upstream),
      { method: req.method, headers: req.headers },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    passed.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    req.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    certificateFile,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** By `openssl ca`, the only command that takes dates of the past too. */
async function makeCertificate(folder: string, { from, to }: Validity) {
  const path = (name: string) => join(folder, name);
  const [keyFile, requestFile, certificateFile] = [path('tls.key'), path('tls.csr'), path('tls.crt')];
  const config = path('openssl.cnf');
  await writeFile(path('index.txt'), '');
  await writeFile(
    config,
    `[ca]\ndefault_ca = own\n[own]\ndatabase = ${path('index.txt')}\nnew_certs_dir = ${folder}\nrand_serial = yes\n` +
      `default_md = sha256\npolicy = any\nx509_extensions = names\n[any]\ncommonName = supplied\n` +
      `[names]\nsubjectAltName = DNS:localhost\n[req]\ndistinguished_name = empty\n[empty]\n`,
  );
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  await openssl('req', '-new', '-config', config, '-subj', '/CN=localhost', ...key, '-out', requestFile);
  const dates = ['-startdate', from, '-enddate', to];
  const files = ['-keyfile', keyFile, '-in', requestFile, '-out', certificateFile, '-notext'];
  await openssl('ca', '-batch', '-selfsign', '-config', config, ...dates, ...files);
  return { certificateFile, keyFile };
}

async function openssl(...args: string[]): Promise<void> {
  const { code, stderr } = await runCommand('openssl', args);
  if (code !== 0) throw new Error(`openssl ${args[0]} ended with ${code}: ${stderr.trim()}`);
}

const DAY_MS = 24 * 60 * 60 * 1000;

function aroundNow(): Validity {
  const at = (time: number) => `${new Date(time).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return { from: at(Date.now() - DAY_MS), to: at(Date.now() + 90 * DAY_MS) };
}
