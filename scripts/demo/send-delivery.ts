import { createHmac } from 'node:crypto';
import type { PitwallClient } from '../pitwall-client.js';
import type { Delivery } from './examples.js';
import type { DemoSource } from './source.js';

export type Outcome = 'accepted' | 'duplicate';

/** Sends it signed as GitHub signs. */
export async function sendDelivery(
  client: Pick<PitwallClient, 'request'>,
  source: DemoSource,
  { event, id, payload }: Delivery,
): Promise<Outcome> {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', source.secret).update(body).digest('hex');
  const headers = {
    'user-agent': 'GitHub-Hookshot/demo',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const path = `/hooks/${source.name}`;
  const { outcome } = await client.request<{ outcome: Outcome }>(path, { method: 'POST', headers, body });
  return outcome;
}
