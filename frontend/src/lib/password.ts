/** The rules are the service's (`features/users/password-policy.ts`); this says what is worth knowing before. */
export const PASSWORD_HINT = 'At least 8 characters, of any kind. Several words make a good one.';
