import { createHmac } from 'node:crypto';
import { unique, type startApi } from './start-api.js';

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

/** Connects a source of GitHub's. Its `deliver` sends there, each time as another delivery. */
export async function connectGithub(api: Api) {
  const { body: source } = await api
    .post('/sources')
    .send({ name: unique('github'), kind: 'github' })
    .expect(201);
  return {
    name: source.name as string,
    id: source.id as string,
    deliver: (type: string, payload: unknown) => deliver(api, source, type, payload, unique('delivery')).expect(202),
  };
}
