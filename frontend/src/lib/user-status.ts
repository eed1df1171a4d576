import type { UserStatus } from './api/users.ts';

export const USERS_PAGE_SIZE = 25;

export const USER_STATUS_LOOKS: Record<UserStatus, { label: string; tone: 'good' | 'ask' | 'quiet'; means: string }> = {
  active: { label: 'Active', tone: 'good', means: 'May sign in' },
  invited: { label: 'Invited', tone: 'ask', means: 'Has not chosen a password yet' },
  disabled: { label: 'Disabled', tone: 'quiet', means: 'May not sign in' },
};

export const USER_STATUSES = ['active', 'invited', 'disabled'] as const satisfies readonly UserStatus[];

export const isUserStatus = (value: string | null): value is UserStatus =>
  value !== null && Object.hasOwn(USER_STATUS_LOOKS, value);
