import { headersOf, type Credentials } from '../service/credentials.js';

export const HOOK_SOURCE = 'bench-github';
export const HOOK_SECRET = 'a secret of the benchmark';

/** Connects the source whose webhooks are sent. */
export async function connectHookSource(port: number, { token }: Credentials): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/sources`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(token) },
    body: JSON.stringify({ name: HOOK_SOURCE, kind: 'github', secret: HOOK_SECRET }),
  });
  if (!answer.ok) throw new Error(`Pitwall answered ${answer.status}: ${await answer.text()}`);
}
