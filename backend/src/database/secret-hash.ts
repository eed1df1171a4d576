import { createHash } from 'node:crypto';

/** How a secret of at least 128 random bits is kept in a column: it cannot be guessed, so it needs no salt and no slow hash. */
export const secretHash = (secret: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(secret).digest());
