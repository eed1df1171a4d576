import { createHmac } from 'node:crypto';
import { unique, type startApi } from './start-api.js';

type Api = ReturnType<typeof startApi>['api'];

const SECRET = 'a secret of sixteen and more';

/** Connects a source of GitHub's. `deliver` sends to it as GitHub does, text as it is. */
export async function connectGithub(api: Api) {
  const { body: source } = await api.post('/sources').send({ name: unique('github'), kind: 'github', secret: SECRET });
  const deliver = (type: string, payload: unknown) => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return api
      .post(`/hooks/${source.name}`)
      .set({
        'Content-Type': 'application/json',
        'X-GitHub-Event': type,
        'X-GitHub-Delivery': unique('delivery'),
        'X-Hub-Signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
      })
      .send(body)
      .expect(202);
  };
  return { name: source.name as string, id: source.id as string, deliver };
}
