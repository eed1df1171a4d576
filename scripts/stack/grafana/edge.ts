import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../../load/service/pitwall.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { startServer } from './server-process.js';

interface Running {
  /** Host and port. */
  address: string;
  stop(): Promise<void>;
}

/** TLS before a Pitwall, with a certificate of its own for localhost: what the blackbox exporter looks at from outside. */
export async function startEdge(folder: string, pitwallPort: number): Promise<Running> {
  const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const { code, stderr } = await runCommand('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '90'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
  ]);
  if (code !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  const server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (incoming, outgoing) => {
    const options = { host: '127.0.0.1', port: pitwallPort, path: incoming.url, headers: incoming.headers };
    const passed = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    passed.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The blackbox exporter with the modules of the repository, which trusts the certificate of the edge. */
export async function startBlackbox(folder: string): Promise<Running> {
  const modules = await readFile(join(ROOT, 'monitoring/blackbox/blackbox.yml'), 'utf8');
  const file = join(folder, 'blackbox.yml');
  await writeFile(file, modules.replaceAll('/run/secrets/tls.crt', join(folder, 'tls.crt')));
  const address = `127.0.0.1:${await freePort()}`;
  const stop = await startServer({
    command: 'prometheus-blackbox-exporter',
    args: [`--config.file=${file}`, `--web.listen-address=${address}`, '--log.level=warn'],
    readyUrl: `http://${address}/-/healthy`,
    logFile: join(folder, 'blackbox.log'),
  });
  return { address, stop };
}
