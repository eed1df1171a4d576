import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../../../load/service/pitwall.js';
import { withAddresses } from '../alertmanager.js';
import { MONITORING } from '../rule-files.js';
import { replaced } from '../temporary.js';
import { Daemon } from './daemon.js';
import type { Edge } from './edge.js';
import type { WebhookReceiver } from './webhook-receiver.js';

export const RUNBOOK_BASE = 'https://git.example.com/pitwall/';
export const GRAFANA_BASE = 'https://grafana.example.com';

/** Starts Alertmanager with the repository's configuration; each receiver's address leads to `receiver`. */
export async function startAlertmanager(folder: string, receiver: WebhookReceiver) {
  const port = await freePort();
  const file = join(folder, 'alertmanager.yml');
  const nameOf = (path: string) => /alert_(\w+)_url$/.exec(path)?.[1] ?? 'unknown';
  await writeFile(file, await withAddresses((path) => receiver.urlOf(nameOf(path))));
  const url = `http://127.0.0.1:${port}`;
  const daemon = await Daemon.start({
    program: 'prometheus-alertmanager',
    args: [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    readyUrl: `${url}/-/ready`,
    logFile: join(folder, 'alertmanager.log'),
  });
  return { url, port, daemon };
}

/** Starts the exporter with the repository's modules; the edge's own certificate is what it trusts. */
export async function startBlackbox(folder: string, edge: Edge) {
  const port = await freePort();
  const file = join(folder, 'blackbox.yml');
  const text = await readFile(join(MONITORING, 'blackbox/blackbox.yml'), 'utf8');
  await writeFile(file, replaced(text, '/run/secrets/tls.crt', edge.certificateFile));
  const url = `http://127.0.0.1:${port}`;
  const daemon = await Daemon.start({
    program: 'prometheus-blackbox-exporter',
    args: [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`],
    readyUrl: `${url}/-/healthy`,
    logFile: join(folder, 'blackbox.log'),
  });
  return { url, port, daemon };
}

export interface Targets {
  metricsPort: number;
  metricsToken: string;
  edgePort: number;
  blackboxPort: number;
  alertmanagerPort: number;
}

/** Starts Prometheus with the repository's rules and configuration, in which only addresses and the token's file differ. */
export async function startPrometheus(folder: string, targets: Targets) {
  const port = await freePort();
  const home = join(folder, 'prometheus');
  await mkdir(home);
  await cp(join(MONITORING, 'prometheus/rules'), join(home, 'rules'), { recursive: true });
  const token = join(folder, 'metrics_token');
  await writeFile(token, targets.metricsToken);
  const changes: readonly [string, string][] = [
    ['/run/secrets/metrics_token', token],
    ['backend:9464', `127.0.0.1:${targets.metricsPort}`],
    ['https://nginx:8443', `https://127.0.0.1:${targets.edgePort}`],
    ['nginx:8443', `127.0.0.1:${targets.edgePort}`],
    ['blackbox:9115', `127.0.0.1:${targets.blackboxPort}`],
    ['alertmanager:9093', `127.0.0.1:${targets.alertmanagerPort}`],
    ['localhost:9090', `127.0.0.1:${port}`],
  ];
  const text = await readFile(join(MONITORING, 'prometheus/prometheus.yml'), 'utf8');
  const file = join(home, 'prometheus.yml');
  await writeFile(
    file,
    changes.reduce((changed, [from, to]) => replaced(changed, from, to), text),
  );
  const url = `http://127.0.0.1:${port}`;
  const daemon = await Daemon.start({
    program: 'prometheus',
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Prometheus 3 does it without being told.
      '--enable-feature=expand-external-labels',
    ],
    environment: { PITWALL_RUNBOOK_BASE: RUNBOOK_BASE, PITWALL_GRAFANA_BASE: GRAFANA_BASE },
    readyUrl: `${url}/-/ready`,
    logFile: join(folder, 'prometheus.log'),
  });
  return { url, daemon };
}
