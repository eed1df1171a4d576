import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface Notification {
  /** The last part of the path that it was sent to. */
  receiver: string;
  alertname: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  at: number;
}

/** As Alertmanager sends it: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
interface Message {
  alerts: Pick<Notification, 'status' | 'labels' | 'annotations'>[];
}

/** Where notifications arrive, one for each alert that they tell of. */
export interface WebhookReceiver {
  readonly received: readonly Notification[];
  urlOf(receiver: string): string;
  close(): Promise<void>;
}

export async function receiveWebhooks(): Promise<WebhookReceiver> {
  const received: Notification[] = [];
  const take = async (req: IncomingMessage, res: ServerResponse) => {
    const { alerts } = (await json(req)) as Message;
    const receiver = (req.url ?? '').slice(1);
    for (const { status, labels, annotations } of alerts)
      received.push({ receiver, alertname: labels.alertname ?? '', status, labels, annotations, at: Date.now() });
    res.end();
  };
  const server = createServer((req, res) => void take(req, res).catch(() => res.writeHead(400).end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    received,
    urlOf: (receiver) => `http://127.0.0.1:${port}/${receiver}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
