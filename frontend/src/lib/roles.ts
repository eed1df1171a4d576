import type { User } from './api/users.ts';

export type Role = User['role'];

/** From the fewest rights to the most; each may do what those before it may. */
export const ROLES: readonly Role[] = ['viewer', 'maintainer', 'admin'];

export const ROLE_LOOKS: Record<Role, { label: string; allows: string }> = {
  viewer: { label: 'Viewer', allows: 'Sees everything that was delivered, and changes nothing.' },
  maintainer: { label: 'Maintainer', allows: 'Connects the systems that send, and changes pipelines.' },
  admin: { label: 'Admin', allows: 'Does everything, the people and the audit log included.' },
};

export const hasRole = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);

export const isRole = (value: string | null): value is Role => value !== null && Object.hasOwn(ROLE_LOOKS, value);
