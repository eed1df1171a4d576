import type { Access } from './endpoint.js';

export const ROLES = ['viewer', 'maintainer', 'admin'] as const;
/** Viewers read; Maintainers read and write; Admins do everything, the users included. */
export type Role = (typeof ROLES)[number];

export const SCOPES = ['read', 'ingest', 'write', 'admin'] as const;
/** What an API token is made for. `write` includes `read` and `ingest`, `admin` includes all; `ingest` only hands in. */
export type Scope = (typeof SCOPES)[number];

export const CALLER_KINDS = ['session', 'access token', 'api token'] as const;

/** Who sent a request, established anew at most every half second. */
export interface Caller {
  kind: (typeof CALLER_KINDS)[number];
  /** Id of the session or of the API token. */
  credentialId: string;
  userId: string;
  email: string;
  name: string;
  role: Role;
  /** Of an API token alone. */
  scopes?: Scope[];
  tokenName?: string;
  /** The accesses that are open to this caller. */
  rights: ReadonlySet<Access>;
}

const RIGHTS_OF_ROLE: Record<Role, readonly Access[]> = {
  viewer: ['viewer'],
  maintainer: ['viewer', 'maintainer', 'ingest'],
  admin: ['viewer', 'maintainer', 'ingest', 'admin'],
};

const RIGHTS_OF_SCOPE: Record<Scope, readonly Access[]> = {
  read: ['viewer'],
  ingest: ['ingest'],
  write: ['viewer', 'maintainer', 'ingest'],
  admin: ['viewer', 'maintainer', 'ingest', 'admin'],
};

/** A person has the rights of their role; a token those that its owner's role and one of its scopes both give. */
export function rightsOf(role: Role, scopes?: readonly Scope[]): ReadonlySet<Access> {
  const ofRole = RIGHTS_OF_ROLE[role];
  if (!scopes) return new Set<Access>([...ofRole, 'person']);
  const ofScopes = new Set(scopes.flatMap((scope) => RIGHTS_OF_SCOPE[scope]));
  return new Set(ofRole.filter((access) => ofScopes.has(access)));
}
