/** Lines of a request's head. */
export interface Credentials {
  /** Of an API token that may do everything. */
  token: string;
  /** Of a browser's session. */
  cookie: string;
}

export interface Administrator {
  email: string;
  password: string;
}

/** In the environment of a Pitwall that is to be measured: limits are counted, and never reached. */
export const UNREACHED_LIMITS = Object.fromEntries(
  ['DEFAULT', 'AUTH', 'INGEST', 'READ'].map((name) => [`RATE_LIMIT_${name}`, '999999999 per hour']),
);

/** Signs in as an API client and as a browser would. */
export async function signIn(port: number, administrator: Administrator): Promise<Credentials> {
  const api = `http://127.0.0.1:${port}/api/v1`;
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const answer = await fetch(api + path, { ...init, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`Pitwall answered ${answer.status}: ${await answer.text()}`);
    return { answer, body: (await answer.json()) as Record<string, string> };
  };
  const { body: tokens } = await post('/auth/login', administrator);
  const authorization = `Bearer ${tokens.accessToken}`;
  const { body: made } = await post('/tokens', { name: 'load', scopes: ['admin'] }, { authorization });
  const { answer } = await post('/auth/login', { ...administrator, kind: 'session' });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  return { token: `Authorization: Bearer ${made.token}`, cookie: `Cookie: ${cookie}` };
}

/** The same for `fetch`. */
export function headersOf(line: string): Record<string, string> {
  const at = line.indexOf(': ');
  return { [line.slice(0, at)]: line.slice(at + 2) };
}
