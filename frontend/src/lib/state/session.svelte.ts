import type { AccountApi, Me } from '../api/account.ts';
import { hasRole, type Role } from '../roles.ts';

/** Who is signed in, and what they may see. What they may do is decided by the service at each request. */
export class Session {
  constructor(
    private readonly read: () => Me,
    private readonly api: Pick<AccountApi, 'signOut'>,
    /** Leads to where one signs in. */
    private readonly leave: () => Promise<void>,
  ) {}

  get user(): Me['user'] {
    return this.read().user;
  }

  /** Whether the person has at least that role. */
  may(least: Role): boolean {
    return hasRole(this.user.role, least);
  }

  /** Throws an `ApiProblem` when the session could not be ended: it still is one, then. */
  async signOut(): Promise<void> {
    await this.api.signOut();
    await this.leave();
  }
}

/** Answers of 401 that are about the password that was typed, not about the session. */
const ABOUT_A_PASSWORD = ['/api/v1/auth/login', '/api/v1/auth/password'];

/** A `fetch` that tells when the session turns out to have ended: elsewhere, or by its age. */
export const watchSession =
  (fetch: typeof globalThis.fetch, onended: () => void): typeof globalThis.fetch =>
  async (input, init) => {
    const answer = await fetch(input, init);
    const address = input instanceof Request ? input.url : String(input);
    const path = URL.parse(address, 'https://here')?.pathname ?? '';
    if (answer.status === 401 && !ABOUT_A_PASSWORD.includes(path)) onended();
    return answer;
  };
