const LIFETIME_MS = 180 * 24 * 60 * 60 * 1000;

export interface SecurityTextOptions {
  publicUrl: string;
  /** A mailto:, https: or tel: URI. */
  securityContact: string | undefined;
}

/** Tells whoever found a weakness where to report it (RFC 9116). */
export class SecurityTextService {
  constructor(
    private readonly options: SecurityTextOptions,
    private readonly now: () => Date,
  ) {}

  text(): string {
    const { publicUrl, securityContact } = this.options;
    // Where nothing was said, the mailbox that RFC 2142 reserves for it.
    const contact = securityContact ?? `mailto:security@${new URL(publicUrl).hostname}`;
    const fields = [`Contact: ${contact}`, `Expires: ${this.expires()}`, 'Preferred-Languages: en'];
    // RFC 9116, 2.5.2: an address of the web is https here, or not said.
    if (publicUrl.startsWith('https:')) fields.push(`Canonical: ${publicUrl}/.well-known/security.txt`);
    return `${fields.join('\n')}\n`;
  }

  /** Half a year from the beginning of today: well within the year that RFC 9116, 2.5.5, recommends. */
  private expires(): string {
    const expires = new Date(this.now().getTime() + LIFETIME_MS);
    return `${expires.toISOString().slice(0, 10)}T00:00:00Z`;
  }
}
