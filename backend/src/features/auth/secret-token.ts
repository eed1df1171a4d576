import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 40 characters of 62 are 238 bits. */
const RANDOM_LENGTH = 40;
const CHECKSUM_LENGTH = 6;

/** `pw_` before an API token, `pwr_` before a refresh token: scanners for leaked secrets know them by it. */
export type TokenPrefix = 'pw_' | 'pwr_';

/**
 * A prefix, 238 random bits in base62, and their CRC-32 in base62: what is mistyped or made up is told from a token that
 * is no longer known without asking the database, and a scanner can tell it from other text.
 */
export function newSecretToken(prefix: TokenPrefix): string {
  let random = '';
  for (let at = 0; at < RANDOM_LENGTH; at++) random += ALPHABET[randomInt(ALPHABET.length)];
  return prefix + random + checksum(prefix + random);
}

export function isSecretToken(prefix: TokenPrefix, text: string): boolean {
  if (!text.startsWith(prefix) || text.length !== prefix.length + RANDOM_LENGTH + CHECKSUM_LENGTH) return false;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let at = 0; at < CHECKSUM_LENGTH; at++) {
    digits = ALPHABET[rest % ALPHABET.length] + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
