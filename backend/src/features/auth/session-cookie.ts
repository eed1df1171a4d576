import { parseCookie, stringifySetCookie } from 'cookie';

/** The cookie that holds a session's secret. */
export class SessionCookie {
  readonly name: string;

  /**
   * @param https where browsers come by TLS. Only then may a cookie be `Secure`, and have the prefix by which they keep
   *   it to this host alone (RFC 6265bis, 4.1.3.2).
   */
  constructor(private readonly https: boolean) {
    this.name = https ? '__Host-pitwall' : 'pitwall';
  }

  /** The secret in a Cookie header. */
  read(header: string): string | undefined {
    return parseCookie(header)[this.name];
  }

  /** The Set-Cookie header that hands it out. */
  issue(secret: string, expiresAt: Date): string {
    return this.write(secret, expiresAt);
  }

  /** The Set-Cookie header that takes it back. */
  clear(): string {
    return this.write('', new Date(0));
  }

  private write(value: string, expires: Date): string {
    const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure: this.https } as const;
    return stringifySetCookie({ name: this.name, value, expires, ...attributes });
  }
}
