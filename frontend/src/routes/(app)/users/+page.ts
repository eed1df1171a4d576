import { Api } from '#lib/api/client.ts';
import { failLoad } from '#lib/api/load.ts';
import type { UserQuery } from '#lib/api/users.ts';
import { isRole } from '#lib/roles.ts';
import { isUserStatus, USERS_PAGE_SIZE } from '#lib/user-status.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const query = event.url.searchParams;
  const [q, role, status] = [query.get('q') ?? '', query.get('role'), query.get('status')];
  const filter: UserQuery = {
    limit: USERS_PAGE_SIZE,
    ...(q && { q }),
    ...(isRole(role) && { role }),
    ...(isUserStatus(status) && { status }),
  };
  return { filter, first: await new Api(event.fetch).users.list(filter).catch(failLoad(event)) };
};
