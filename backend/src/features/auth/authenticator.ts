import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { UnauthenticatedError } from '../../errors.js';
import type { Caller } from '../../http/caller.js';
import type { AccessTokens } from './access-token.js';
import type { ApiTokenService } from './api-token.service.js';
import type { IdentityChanges } from './identity-changes.js';
import type { SessionCookie } from './session-cookie.js';
import type { SessionService } from './session.service.js';

/** How long an answer is taken for granted: half of the second in which whatever is revoked must be refused. */
const REMEMBER_MS = 500;
/** Of cookies, and as many tokens. */
const MAX_REMEMBERED = 10_000;
/** A longer header is looked at each time, so that what callers send cannot fill the memory. */
const MAX_REMEMBERED_LENGTH = 2_000;

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

type Identified = Caller | undefined | Promise<Caller | undefined>;

interface Remembered {
  identified: Identified;
  until: number;
}

/** Says who sent a request. What it was told last is good for half a second; a change that is announced ends that at once. */
export class Authenticator {
  /** By header, and apart: what is a session's secret in one is nothing in the other. */
  private readonly cookies = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });
  private readonly tokens = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });

  constructor(
    private readonly sessions: Pick<SessionService, 'callerOfCookie' | 'callerOfSession'>,
    private readonly apiTokens: Pick<ApiTokenService, 'callerOf'>,
    private readonly accessTokens: Pick<AccessTokens, 'verify'>,
    private readonly cookie: Pick<SessionCookie, 'read'>,
    changes: Pick<IdentityChanges, 'onChange'>,
    private readonly monotonicNow: () => number = () => performance.now(),
  ) {
    changes.onChange(() => {
      this.cookies.clear();
      this.tokens.clear();
    });
  }

  /** A token in the Authorization header goes before the cookie. Rejects with `UnauthenticatedError` for one that is not valid. */
  identify(
    { headers: { authorization, cookie } }: Pick<IncomingMessage, 'headers'>,
    { touch } = { touch: true },
  ): Identified {
    const header = authorization ?? cookie;
    if (header === undefined) return undefined;
    const remembered = authorization === undefined ? this.cookies : this.tokens;
    const known = remembered.get(header);
    const now = this.monotonicNow();
    if (known && known.until > now) return known.identified;

    const identified = authorization === undefined ? this.byCookie(header, touch) : this.byToken(header, touch);
    if (header.length > MAX_REMEMBERED_LENGTH) return identified;
    const entry: Remembered = { identified, until: now + REMEMBER_MS };
    remembered.set(header, entry);
    identified.then(
      (caller) => (entry.identified = caller),
      // Not to be remembered: nobody said no, there was no answer.
      (error: unknown) => error instanceof UnauthenticatedError || (entry.until = 0),
    );
    return identified;
  }

  private async byToken(authorization: string, touch: boolean): Promise<Caller> {
    const [, token] = BEARER.exec(authorization) ?? [];
    if (!token) throw new UnauthenticatedError('The Authorization header is not `Bearer <token>`.');
    if (token.startsWith('pw_')) return this.apiTokens.callerOf(token, touch);
    const { sid, sub } = await this.accessTokens.verify(token);
    const caller = await this.sessions.callerOfSession(sid);
    if (caller.userId !== sub) throw new UnauthenticatedError('The access token is not valid.');
    return caller;
  }

  private async byCookie(header: string, touch: boolean): Promise<Caller | undefined> {
    const secret = this.cookie.read(header);
    return secret === undefined ? undefined : this.sessions.callerOfCookie(secret, touch);
  }
}
