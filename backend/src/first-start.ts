import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Config } from './config.js';
import { migrationStatus } from './database/migrations.js';
import type { Services } from './dependencies.js';
import { writeDevelopmentToken } from './features/auth/development-token.js';
import type { FirstAdmin } from './features/users/account.service.js';
import type { Logger } from './observability/logger.js';

const LOOK_AGAIN_MS = 1_000;

/** What the person who starts Pitwall for the first time is told, this once. */
export type FirstSignIn = Extract<FirstAdmin, { kind: 'generated' }>;

/**
 * Sees to it that there is an Admin, and in development a token for the scripts. Where the migrations are still to be
 * applied, that is done once they are, and the process is not ready until then.
 */
export async function prepareFirstStart(
  { accounts, apiTokens, users, audit }: Pick<Services, 'accounts' | 'apiTokens' | 'users' | 'audit'>,
  config: Pick<Config, 'environment' | 'identity' | 'dataDir'>,
  pool: pg.Pool,
  logger: Pick<Logger, 'info' | 'warn' | 'error'>,
): Promise<FirstSignIn | undefined> {
  const prepare = async () => {
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
  };
  if (await isMigrated(pool)) return prepare();
  void (async () => {
    while (!(await isMigrated(pool))) await sleep(LOOK_AGAIN_MS, undefined, { ref: false });
    await prepare();
  })().catch((error: unknown) => logger.error('The first Admin could not be made.', { error }));
  return undefined;
}

const isMigrated = async (pool: pg.Pool) => (await migrationStatus(pool)).pending.length === 0;
