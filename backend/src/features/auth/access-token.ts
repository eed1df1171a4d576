import { createSecretKey, hkdfSync, randomUUID, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { UnauthenticatedError } from '../../errors.js';

const ALGORITHM = 'HS256';
/** RFC 9068, 2.1. */
const TYPE = 'at+jwt';
const AUDIENCE = 'pitwall-api';
const KEY_BYTES = 32;

const claimsSchema = z.object({ sub: z.uuid(), sid: z.uuid(), jti: z.uuid() });

export type AccessClaims = z.output<typeof claimsSchema>;

/** From the one key that the environment gives; another use of that key has another purpose in its place. */
export function accessTokenKey(secretKey: Buffer): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secretKey, '', 'pitwall access tokens', KEY_BYTES)));
}

/** JSON Web Tokens (RFC 7519) by which an API client calls for a few minutes; `sid` is the session that must still be. */
export class AccessTokens {
  constructor(
    private readonly key: KeyObject,
    private readonly options: { issuer: string; lifetimeSeconds: number; now(): Date },
  ) {}

  issue({ userId, sessionId }: { userId: string; sessionId: string }): Promise<string> {
    const { issuer, lifetimeSeconds, now } = this.options;
    const issuedAt = Math.floor(now().getTime() / 1000);
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(this.key);
  }

  /** Throws `UnauthenticatedError` for whatever is not one of ours that is still valid. */
  async verify(token: string): Promise<AccessClaims> {
    if (!isCanonical(token)) throw new UnauthenticatedError('The access token is not valid.');
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: this.options.issuer,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iat'],
        currentDate: this.options.now(),
      });
      return claimsSchema.parse(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new UnauthenticatedError('The access token has expired.');
      if (!(error instanceof errors.JOSEError) && !(error instanceof z.ZodError)) throw error;
      throw new UnauthenticatedError('The access token is not valid.', { cause: error });
    }
  }
}

/** One token has one spelling: base64url has several for the same bytes, and jose takes them all. */
function isCanonical(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
