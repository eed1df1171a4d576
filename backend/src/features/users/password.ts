import { hash, parseOptions, verify } from '@node-rs/argon2';
import { UnavailableError } from '../../errors.js';

/**
 * Argon2id with 64 MiB, two passes, one lane: above the floor of OWASP ASVS 5.0, appendix C. A hash takes about 0.1 s
 * of one core.
 */
export const ARGON2ID = { algorithm: 2, version: 1, memoryCost: 65_536, timeCost: 2, parallelism: 1 } as const;

/** OWASP ASVS 5.0, appendix C: at least one of these, in KiB and passes, with one lane. */
const FLOOR = [
  { memoryCost: 47_104, timeCost: 1 },
  { memoryCost: 19_456, timeCost: 2 },
  { memoryCost: 12_288, timeCost: 3 },
];

/** What is verified where nobody has that address, so that the answer takes as long: nothing hashes to it. */
const NOBODY = `$argon2id$v=19$m=65536,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * Hashes are computed by the four threads of libuv's pool, which files and the handshake of a database connection need
 * too; more of them at once than this, and connections time out. It also bounds the memory, 64 MiB each.
 */
const MAX_AT_ONCE = 2;
/** About ten seconds' worth. */
const MAX_WAITING = 200;
const RETRY_AFTER_SECONDS = 10;

/** In PHC format. The password is taken whole, spaces and NULs included. Throws `UnavailableError` when too many wait. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normalised(password), ARGON2ID));
}

/**
 * False for whatever is no Argon2 hash. Without a hash it takes as long as with one, and is false. Throws
 * `UnavailableError` when too many wait.
 */
export async function verifyPassword(phc: string | null, password: string): Promise<boolean> {
  // Encoded as UTF-8, all lone surrogates would be the same character.
  const candidate = password.isWellFormed() ? normalised(password) : '';
  const matches = await inTurn(() => verify(phc ?? NOBODY, candidate).catch(() => false));
  return matches && phc !== null && password.isWellFormed();
}

/** Whether a hash is made otherwise than hashes are made now; also true of what is no Argon2 hash. */
export function needsRehash(phc: string): boolean {
  try {
    const { algorithm, version, memoryCost, timeCost, parallelism } = parseOptions(phc);
    return (
      (algorithm as number) !== ARGON2ID.algorithm ||
      (version as number) !== ARGON2ID.version ||
      memoryCost !== ARGON2ID.memoryCost ||
      timeCost !== ARGON2ID.timeCost ||
      parallelism !== ARGON2ID.parallelism ||
      !meetsFloor({ memoryCost, timeCost, parallelism })
    );
  } catch {
    return true;
  }
}

export const meetsFloor = (given: { memoryCost: number; timeCost: number; parallelism: number }): boolean =>
  given.parallelism === 1 &&
  FLOOR.some(({ memoryCost, timeCost }) => given.memoryCost >= memoryCost && given.timeCost >= timeCost);

/**
 * NFC, as RFC 8265, 4.2.2 has it for passwords: the same keys give composed characters on one system and decomposed ones
 * on another. NFKC would also make different characters the same.
 */
const normalised = (password: string) => password.normalize('NFC');

let running = 0;
const waiting: (() => void)[] = [];

/** First come, first served. The threads are the process's, so the turns are too. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < MAX_AT_ONCE) running++;
  else if (waiting.length < MAX_WAITING) await new Promise<void>((resolve) => waiting.push(resolve));
  else throw new UnavailableError('Too many passwords are being checked at the moment.', RETRY_AFTER_SECONDS);
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
