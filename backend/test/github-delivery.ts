import { createHmac } from 'node:crypto';
import type { startApi } from './start-api.js';

type Api = ReturnType<typeof startApi>['api'];

export const githubSignature = (body: string, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Sends a webhook as GitHub does. A payload that is text is sent as it is. */
export function deliver(
  api: Api,
  source: { name: string; secret: string },
  type: string,
  payload: unknown,
  deliveryKey: string,
) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return api
    .post(`/hooks/${source.name}`)
    .set({
      'Content-Type': 'application/json',
      'X-GitHub-Event': type,
      'X-GitHub-Delivery': deliveryKey,
      'X-Hub-Signature-256': githubSignature(body, source.secret),
    })
    .send(body);
}
