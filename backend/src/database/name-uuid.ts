import { createHash } from 'node:crypto';

/**
 * A UUID computed from names: the same names give the same id on every replica and at every replay. Version 8 over
 * SHA-256, as in RFC 9562, appendix B.2.
 */
export function nameUuid(...names: string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(names)).digest();
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
