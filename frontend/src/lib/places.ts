import { resolve } from '$app/paths';
import type { NavIconName } from './components/NavIcon.svelte';
import { hasRole, type Role } from './roles.ts';

const GROUPS = [
  { title: 'Delivery', places: [{ label: 'Pipelines', icon: 'pipelines', path: '', least: 'viewer' }] },
  {
    title: 'Connections',
    places: [
      { label: 'Sources', icon: 'sources', path: 'sources', least: 'maintainer' },
      { label: 'API tokens', icon: 'tokens', path: 'tokens', least: 'viewer' },
      { label: 'API reference', icon: 'docs', path: 'api/docs', least: 'viewer' },
    ],
  },
  {
    title: 'Administration',
    places: [
      { label: 'Users', icon: 'users', path: 'users', least: 'admin' },
      { label: 'Audit log', icon: 'audit', path: 'audit', least: 'admin' },
    ],
  },
  { title: 'You', places: [{ label: 'Account', icon: 'account', path: 'account', least: 'viewer' }] },
] as const satisfies readonly {
  title: string;
  places: readonly { label: string; icon: NavIconName; path: string; least: Role }[];
}[];

/** Where the navigation leads somebody of that role, and at which of the places `pathname` is. */
export function placesFor(role: Role, pathname: string) {
  const isCurrent = (path: string) =>
    path === '' ? pathname === '/' || pathname.startsWith('/runs/') : pathname.startsWith(`/${path}`);
  return GROUPS.map(({ title, places }) => ({
    title,
    places: places
      .filter(({ least }) => hasRole(role, least))
      .map(({ label, icon, path }) => ({
        label,
        icon,
        // What lies below /api is served beside this application, which knows no such route.
        href: path === 'api/docs' ? `${resolve('')}${path}` : resolve(path),
        current: isCurrent(path),
      })),
  })).filter(({ places }) => places.length > 0);
}
