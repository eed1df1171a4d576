import type { IncomingHttpHeaders } from 'node:http';
import { ForbiddenError } from '../errors.js';

export interface OriginOptions {
  /** What people call Pitwall: `https://ci.example.com`. */
  publicUrl: string;
  /** Other origins whose pages may call the API with a token of their own. */
  corsOrigins: readonly string[];
  /** Whether only this machine can connect. */
  onLoopback: boolean;
  port: number;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Where requests of pages may come from. */
export class Origins {
  private readonly own: ReadonlySet<string>;
  private readonly others: ReadonlySet<string>;

  constructor({ publicUrl, corsOrigins, onLoopback, port }: OriginOptions) {
    const local = ['localhost', '127.0.0.1', '[::1]'].map((name) => new URL(`http://${name}:${port}`).origin);
    this.own = new Set([new URL(publicUrl).origin, ...(onLoopback ? local : [])]);
    this.others = new Set(corsOrigins);
  }

  /** Whether a page of that origin may read answers; exact, and never for `null`. */
  mayRead(origin: string): boolean {
    return this.others.has(origin);
  }

  /**
   * For requests that carry a session cookie, which a browser sends along whoever's page made the request. Throws
   * `ForbiddenError` for one that changes something and does not prove that a page of Pitwall sent it: by `Sec-Fetch-Site:
   * same-origin` or its `Origin`, neither of which a page can choose, and by a body of JSON alone, which no form can send.
   * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
   */
  checkSameOrigin({ method, headers }: { method?: string | undefined; headers: IncomingHttpHeaders }): void {
    if (READING.has(method ?? '')) return;
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new ForbiddenError('The request comes from a page of another site: Sec-Fetch-Site is not same-origin.');
    }
    if (origin !== undefined && !this.own.has(origin)) {
      throw new ForbiddenError(
        'The request comes from a page of another origin: Origin is not the address of Pitwall, see PUBLIC_URL.',
      );
    }
    if (origin === undefined && site !== 'same-origin') {
      throw new ForbiddenError('The request does not say which page sent it: with a session, an Origin is needed.');
    }
    if (hasBody(headers) && essence(headers['content-type']) !== 'application/json') {
      throw new ForbiddenError('With a session, a body is accepted as application/json alone.');
    }
  }
}

const hasBody = (headers: IncomingHttpHeaders) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

const essence = (contentType: string | undefined) => contentType?.split(';', 1)[0]?.trim().toLowerCase();
