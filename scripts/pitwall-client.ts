import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MAX_TRIES = 40;
const DEFAULT_WAIT_SECONDS = 1;
const MAX_WAIT_SECONDS = 30;

/** An answer that says no. `status` is that of HTTP, the message what the problem details say. */
export class PitwallError extends Error {
  override readonly name = 'PitwallError';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Thrown where nothing answers, or what answers is not Pitwall. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

interface Request {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Sent as it is. */
  body?: string;
}

/** Speaks to a running Pitwall over HTTP. Paths are relative to `/api/v1`. */
export class PitwallClient {
  constructor(
    readonly url: string,
    private readonly token: string,
    private readonly outside: {
      fetch: (url: string, init: RequestInit) => Promise<Response>;
      sleep: (ms: number) => Promise<unknown>;
    } = { fetch, sleep },
  ) {}

  /** Throws `UnreachableError` unless a Pitwall answers. */
  async checkReachable(): Promise<void> {
    const hint = `Start it (make dev), or name another with PITWALL_URL.`;
    let info: { name?: unknown };
    try {
      info = await this.request<{ name?: unknown }>('/info');
    } catch (error) {
      if (error instanceof PitwallError && error.status === 401) {
        throw new UnreachableError(`Pitwall at ${this.url} does not take the token: ${error.message}`, {
          cause: error,
        });
      }
      const reason = error instanceof PitwallError ? `answered ${error.status}` : 'nothing answered';
      throw new UnreachableError(`There is no Pitwall at ${this.url}: ${reason}. ${hint}`, { cause: error });
    }
    if (info.name !== 'Pitwall') throw new UnreachableError(`What answers at ${this.url} is not Pitwall. ${hint}`);
  }

  /** The answer's JSON, as `T` without a check. Waits and tries again, by `Retry-After`, while Pitwall is too busy. */
  async request<T>(path: string, { method = 'GET', headers = {}, body }: Request = {}): Promise<T> {
    for (let tries = 1; ; tries++) {
      const response = await this.send(path, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body }),
      });
      const text = await response.text();
      if (response.ok) return parse(text) as T;
      const busy = response.status === 503 || response.status === 429;
      if (!busy || tries >= MAX_TRIES) throw new PitwallError(response.status, reasonOf(response.status, text));
      await this.outside.sleep(retryAfterSeconds(response) * 1000);
    }
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.outside.fetch(`${this.url}/api/v1${path}`, init);
    } catch (cause) {
      const hint = 'What was sent so far is kept: start Pitwall, and run this again.';
      throw new UnreachableError(`Pitwall at ${this.url} does not answer any more. ${hint}`, { cause });
    }
  }
}

/** `Retry-After` in seconds; its other form, a date, is not what Pitwall sends. */
function retryAfterSeconds(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? DEFAULT_WAIT_SECONDS);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, MAX_WAIT_SECONDS) : DEFAULT_WAIT_SECONDS;
}

function reasonOf(status: number, text: string): string {
  const { title, detail, errors } = parse(text) as { title?: string; detail?: string; errors?: unknown };
  return [`${status} ${title ?? ''}`.trim(), detail, errors && JSON.stringify(errors)].filter(Boolean).join(': ');
}

function parse(text: string): object {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}

/** PITWALL_TOKEN, or what the first start in development left beside its data. */
async function readToken(): Promise<string> {
  if (process.env.PITWALL_TOKEN) return process.env.PITWALL_TOKEN;
  const file = join(process.env.PITWALL_DATA_DIR || '.pitwall', 'token');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new UnreachableError(
      `There is no token to call with. Start Pitwall (make dev), which leaves one in ${file}, or make one and set PITWALL_TOKEN.`,
      { cause },
    );
  }
}

/** Runs a script to its end. What a person can act on is said in a sentence, everything else with its stack. */
export async function runScript(work: (client: PitwallClient) => Promise<void>): Promise<void> {
  const url = (process.env.PITWALL_URL || 'http://localhost:8000').replace(/(?<!\/)\/+$/, '');
  try {
    const client = new PitwallClient(url, await readToken());
    await client.checkReachable();
    await work(client);
  } catch (error) {
    if (error instanceof PitwallError || error instanceof UnreachableError) console.error(error.message);
    else console.error(error);
    process.exitCode = 1;
  }
}
