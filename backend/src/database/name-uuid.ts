import { hash } from 'node:crypto';

/** The variant of RFC 9562 in the digit that holds it: its two highest bits are 10. */
const VARIANT_DIGITS = '89ab89ab89ab89ab';

/**
 * A UUID computed from names: the same names give the same id on every replica and at every replay. Version 8 over
 * SHA-256, as in RFC 9562, appendix B.2.
 */
export function nameUuid(...names: string[]): string {
  const hex = hash('sha256', JSON.stringify(names), 'hex');
  const variant = VARIANT_DIGITS.charAt(parseInt(hex.charAt(16), 16));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * The UUID of a part of what another names: its last 32 bits hold the part's number. Parts of one whole are neighbours
 * in an index, and take no hash of their own.
 */
export const partUuid = (whole: string, number: number): string =>
  whole.slice(0, 28) + (number >>> 0).toString(16).padStart(8, '0');
