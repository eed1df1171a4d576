import type { Config } from './config.js';
import type { Services } from './dependencies.js';
import { writeDevelopmentToken } from './features/auth/development-token.js';
import type { FirstAdmin } from './features/users/account.service.js';
import type { Logger } from './observability/logger.js';

/** What the person who starts Pitwall for the first time is told, this once. */
export type FirstSignIn = Extract<FirstAdmin, { kind: 'generated' }>;

/** Sees to it that there is an Admin, and in development a token for the scripts. */
export async function prepareFirstStart(
  { accounts, apiTokens, users, audit }: Pick<Services, 'accounts' | 'apiTokens' | 'users' | 'audit'>,
  config: Pick<Config, 'environment' | 'identity' | 'dataDir'>,
  logger: Pick<Logger, 'info' | 'warn'>,
): Promise<FirstSignIn | undefined> {
  await audit.announceHead();
  const { firstAdmin } = config.identity;
  const made = await accounts.ensureFirstAdmin({ firstAdmin, environment: config.environment });
  if (made.kind === 'setup link') {
    logger.warn('There are no users yet. Open the link to make the first Admin.', { link: made.link.url });
  }
  if (made.kind !== 'configured' && made.kind !== 'generated') return undefined;
  logger.info('The first Admin was made.', { email: made.email });
  if (config.environment === 'development') {
    const owner = await users.findForSignIn(made.email);
    if (owner) await writeDevelopmentToken(apiTokens, owner.id, config.dataDir);
  }
  return made.kind === 'generated' ? made : undefined;
}
