import { ForbiddenError, UnauthenticatedError } from '../../errors.js';
import type { Caller } from '../../http/caller.js';
import type { AttemptLimit } from '../../http/rate-limit/attempt-limit.js';
import { accountKey, addressKey } from '../../http/rate-limit/rate-key.js';
import type { AuditRecord } from '../../http/protection.js';
import { hashPassword, needsRehash, verifyPassword } from '../users/password.js';
import { emailField } from '../users/user.schema.js';
import type { UserService } from '../users/user.service.js';
import type { AccessTokens } from './access-token.js';
import type { Credentials, PasswordChange, SessionKind } from './session.schema.js';
import type { OpenedSession, Origin, SessionService } from './session.service.js';

export interface SignInOrigin extends Origin {
  requestId: string;
}

interface SignedIn {
  user: Pick<Caller, 'email' | 'name' | 'role'> & { id: string };
  session: OpenedSession;
}

/** Checks passwords and opens sessions. An unknown address costs what a wrong password costs, and is answered alike. */
export class SignInService {
  constructor(
    private readonly users: Pick<UserService, 'findForSignIn' | 'recordSignIn' | 'changePassword'>,
    private readonly sessions: Pick<SessionService, 'open' | 'refresh' | 'endAll'>,
    private readonly accessTokens: Pick<AccessTokens, 'issue'>,
    private readonly attempts: Pick<AttemptLimit, 'attempts'>,
    private readonly audit: { record(entry: AuditRecord): Promise<void> },
    private readonly accessTokenSeconds: number,
  ) {}

  async signIn({ email, password, kind }: Credentials, origin: SignInOrigin): Promise<SignedIn> {
    const anonymous = { kind: 'anonymous' as const, name: emailOrNothing(email) };
    const refund = await this.countAttempt(email, origin).catch(async (error: Error) => {
      await this.record('session.opened', 'denied', anonymous, origin, { reason: error.message });
      throw error;
    });
    const user = await this.check(email, password);
    const sessionKind: SessionKind = kind === 'session' ? 'browser' : 'client';
    const session = user && (await this.sessions.open(user.id, sessionKind, origin, user.passwordHash));
    if (!user || !session) {
      await this.record('session.opened', 'failed', anonymous, origin);
      throw new UnauthenticatedError('The e-mail address or the password is wrong.');
    }
    refund();
    const rehashed = needsRehash(user.passwordHash)
      ? { from: user.passwordHash, to: await hashPassword(password) }
      : undefined;
    await this.users.recordSignIn(user.id, rehashed);
    await this.audit.record({
      ...{ action: 'session.opened', outcome: 'succeeded', actor: { kind: 'user', id: user.id, name: user.email } },
      ...{ target: { kind: 'session', id: session.id }, remote: origin.remote, requestId: origin.requestId },
      details: { kind: sessionKind },
    });
    return { user: { id: user.id, email: user.email, name: user.name, role: user.role }, session };
  }

  async refresh(refreshToken: string, origin: SignInOrigin): Promise<SignedIn> {
    const { caller, session } = await this.sessions.refresh(refreshToken, ({ id, userId }) =>
      this.record('session.stolen', 'denied', { kind: 'user', id: userId }, origin, { session: id }),
    );
    const { userId: id, email, name, role } = caller;
    return { user: { id, email, name, role }, session };
  }

  /** What an API client calls with. */
  async tokensOf({ user, session }: SignedIn) {
    return {
      tokenType: 'Bearer' as const,
      accessToken: await this.accessTokens.issue({ userId: user.id, sessionId: session.id }),
      expiresInSeconds: this.accessTokenSeconds,
      refreshToken: session.secret,
      refreshExpiresAt: session.expiresAt,
      user,
    };
  }

  /** Ends every other session: whoever else knew the old password is out. */
  async changePassword(caller: Caller, { currentPassword, newPassword }: PasswordChange, origin: SignInOrigin) {
    const refund = await this.countAttempt(caller.email, origin);
    if (!(await this.check(caller.email, currentPassword))) throw new ForbiddenError('The current password is wrong.');
    refund();
    await this.users.changePassword(caller.userId, newPassword);
    await this.sessions.endAll(caller.userId, caller.credentialId);
  }

  private async check(email: string, password: string) {
    const user = await this.users.findForSignIn(email);
    const matches = await verifyPassword(user?.passwordHash ?? null, password);
    return matches && user?.passwordHash && !user.disabled ? { ...user, passwordHash: user.passwordHash } : undefined;
  }

  /** By account and by address: neither many passwords for one, nor one password for many. */
  private async countAttempt(email: string, { remote }: Origin): Promise<() => void> {
    const ofAddress = await this.attempts.attempts(addressKey(remote));
    const ofAccount = await this.attempts.attempts(accountKey(email));
    return () => {
      ofAddress.refund();
      ofAccount.refund();
    };
  }

  private record(
    action: string,
    outcome: AuditRecord['outcome'],
    actor: AuditRecord['actor'],
    { remote, requestId }: SignInOrigin,
    details?: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record({ action, outcome, actor, remote, requestId, ...(details && { details }) });
  }
}

/** A password or a token that was put in the wrong field is not to be kept. */
const emailOrNothing = (text: string) => (emailField.safeParse(text).success ? text : '[no e-mail address]');
