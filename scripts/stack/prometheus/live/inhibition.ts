import type { Verdict } from '../../../checks/check.js';
import { versionOf } from '../promtool.js';
import { withTemporaryFolder } from '../temporary.js';
import { startAlertmanager } from './stack.js';
import { receiveWebhooks } from './webhook-receiver.js';

type Labels = Record<string, string>;

const DOWN = { alertname: 'PitwallDown', severity: 'page', service: 'pitwall' };
const burn = (severity: string, slo: string, window: string) => ({
  ...{ alertname: 'ErrorBudgetBurn', service: 'pitwall', severity, slo, window },
});
const PROBE = { job: 'blackbox', instance: 'nginx:8443', service: 'pitwall' };

const CASES: readonly { name: string; alerts: Labels[]; told: Labels[] }[] = [
  {
    name: 'a page keeps the ticket of the same SLO back, and no other',
    alerts: [burn('page', 'latency', '1h'), burn('ticket', 'latency', '3d'), burn('ticket', 'success', '3d')],
    told: [burn('page', 'latency', '1h'), burn('ticket', 'success', '3d')],
  },
  {
    name: 'what follows from Pitwall being down',
    alerts: [
      DOWN,
      { alertname: 'PitwallUnreachable', severity: 'page', service: 'pitwall', instance: 'nginx' },
      { alertname: 'RedisAway', severity: 'ticket', service: 'pitwall' },
      { alertname: 'CertificateExpires', severity: 'ticket', ...PROBE },
    ],
    told: [DOWN, { alertname: 'CertificateExpires', severity: 'ticket', ...PROBE }],
  },
  {
    name: 'an expired certificate expires no more',
    alerts: [
      { alertname: 'CertificateExpired', severity: 'page', ...PROBE },
      { alertname: 'CertificateExpires', severity: 'page', ...PROBE },
    ],
    told: [{ alertname: 'CertificateExpired', severity: 'page', ...PROBE }],
  },
];

/** Asks a real Alertmanager which of the alerts it was handed it would tell of. */
export async function checkInhibition(): Promise<Verdict> {
  const details: string[] = [];
  for (const { name, alerts, told } of CASES) {
    const active = await withTemporaryFolder(async (folder) => {
      const receiver = await receiveWebhooks();
      const { url, daemon } = await startAlertmanager(folder, receiver);
      try {
        return await activeOf(url, alerts);
      } finally {
        await daemon.stop();
        await receiver.close();
      }
    });
    const [is, wanted] = [active, told].map((list) => list.map(nameOf).sort().join(', '));
    if (is !== wanted) details.push(`${name}: told of are ${is}, not ${wanted}`);
  }
  const summary = `${await versionOf('prometheus-alertmanager')}: ${CASES.length} cases`;
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
}

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
async function activeOf(url: string, alerts: readonly Labels[]): Promise<Labels[]> {
  const handed = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts.map((labels) => ({ labels }))),
  });
  if (!handed.ok) throw new Error(`Alertmanager refused the alerts: ${handed.status} ${await handed.text()}`);
  const answer = await fetch(`${url}/api/v2/alerts?inhibited=false`);
  return ((await answer.json()) as { labels: Labels }[]).map(({ labels }) => labels);
}

const nameOf = ({ alertname, severity, slo }: Labels) => [alertname, severity, slo].filter(Boolean).join(' ');
