import type { Scope } from './api/tokens.ts';
import { hasRole, type Role } from './roles.ts';

/** What each scope of an API token allows, as `rightsOf` of the service has it, and the role it takes to use it. */
export const SCOPES: readonly { scope: Scope; label: string; allows: string; least: Role }[] = [
  { scope: 'read', label: 'Read', allows: 'Lists and details of pipelines, runs and deployments.', least: 'viewer' },
  { scope: 'ingest', label: 'Ingest', allows: 'Hands in records. Reads nothing.', least: 'maintainer' },
  {
    scope: 'write',
    label: 'Write',
    allows: 'Read and ingest, and changes sources and pipelines.',
    least: 'maintainer',
  },
  { scope: 'admin', label: 'Admin', allows: 'Everything, the people and the audit log included.', least: 'admin' },
];

/** A token never has more rights than its owner: scopes that the role cannot use are not offered. */
export const scopesFor = (role: Role) => SCOPES.filter(({ least }) => hasRole(role, least));
