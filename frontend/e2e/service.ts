import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

/** The running Pitwall that the tests are about, and the Admin that it was started with. */
export const BASE_URL = process.env['BASE_URL'] ?? 'http://localhost:8000';
export const ADMIN = {
  email: process.env['PITWALL_ADMIN_EMAIL'] ?? 'admin@example.com',
  password: process.env['PITWALL_ADMIN_PASSWORD'] ?? '',
};

export type Person = typeof ADMIN & { id: string; name: string };

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(new URL(`/api/v1${path}`, BASE_URL), {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function answerOf<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  assert.ok(answer.ok, `${answer.url} answered ${answer.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Calls the API as an Admin, as a client does that is no browser. */
export class Api {
  private constructor(private readonly accessToken: string) {}

  static async signIn({ email, password }: typeof ADMIN = ADMIN): Promise<Api> {
    const answer = await send('POST', '/auth/login', { email, password, kind: 'token' });
    return new Api((await answerOf<{ accessToken: string }>(answer)).accessToken);
  }

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    return answerOf<T>(await send(method, path, body, { authorization: `Bearer ${this.accessToken}` }));
  }

  /** Somebody new of that role, with a password. */
  async makePerson(role: 'viewer' | 'maintainer' | 'admin'): Promise<Person> {
    const name = `${role} ${randomUUID().slice(0, 8)}`;
    const email = `${name.replace(' ', '.')}@example.com`;
    const password = randomUUID();
    const { id, link } = await this.request<{ id: string; link: { url: string } }>('POST', '/users', {
      email,
      name,
      role,
    });
    const token = new URL(link.url).hash.slice(1);
    await answerOf(await send('POST', '/auth/activate', { token, password }));
    return { id, name, email, password };
  }
}

/** The status of what a call with this bearer token is answered. */
export async function statusWith(token: string, path: string): Promise<number> {
  return (await send('GET', path, undefined, { authorization: `Bearer ${token}` })).status;
}
