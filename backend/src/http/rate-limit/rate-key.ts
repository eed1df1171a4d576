import { hash } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { ipKeyGenerator } from 'express-rate-limit';

/** What one subscriber is commonly given, so that moving about in it does not help. */
const IPV6_PREFIX_BITS = 56;
const MAPPED = '::ffff:';

/** Who an address counts as: IPv4 as it is, IPv6 by its /56. Those without an address count as one. */
export function addressKey(remote: string | undefined): string {
  if (remote === undefined || isIP(remote) === 0) return 'unknown';
  if (isIPv4(remote)) return remote;
  // As a socket that takes both kinds names IPv4. The library understands it too, in some microseconds.
  if (remote.startsWith(MAPPED) && isIPv4(remote.slice(MAPPED.length))) return remote.slice(MAPPED.length);
  return ipKeyGenerator(remote, IPV6_PREFIX_BITS);
}

/**
 * Who an e-mail address counts as. Spellings that many providers deliver to one mailbox count as one: case, dots in the local
 * part, what follows a `+`, a dot at the end of the domain. A digest: Redis is to hold no addresses, and no text of any length.
 */
export function accountKey(email: string): string {
  const text = email.normalize('NFKC').trim().toLowerCase();
  const at = text.lastIndexOf('@');
  const local = at === -1 ? text : text.slice(0, at);
  const domain = at === -1 ? '' : text.slice(at + 1);
  const tag = local.indexOf('+');
  const mailbox = (tag === -1 ? local : local.slice(0, tag)).replaceAll('.', '');
  const end = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  return `account:${hash('sha256', `${mailbox}@${end}`, 'base64url')}`;
}
