import { findEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';
import { migrate, type MigrationStatus } from './migrations.js';
import { grantToApplication, roleOf } from './roles.js';

export interface DatabaseSettings {
  dataDir: string;
  database: { url?: string | undefined; migrationUrl?: string | undefined };
}

/** Whom to connect as: the service with as few rights as it needs, migrations as the owner. One role may be both. */
export interface OpenDatabase {
  url: string;
  ownerUrl: string;
  /** True when the embedded server was left running by a process that was killed, and taken over. */
  adopted: boolean;
  /** Stops the embedded server; nothing where the database was configured. */
  close(): Promise<void>;
}

/** The database that was configured, or our own, started. Throws when another process runs our own. */
export async function openDatabase(
  { dataDir, database }: DatabaseSettings,
  onLost?: () => void,
): Promise<OpenDatabase> {
  const { url, migrationUrl } = database;
  if (url) return { url, ownerUrl: migrationUrl ?? url, adopted: false, close: async () => undefined };
  const embedded = await startEmbeddedPostgres({ dataDir, ...(onLost && { onLost }) });
  return { ...embedded, url: embedded.applicationUrl, ownerUrl: embedded.url, close: () => embedded.stop() };
}

/** For a command: the same, and our own also while the service runs it. */
export async function openBesideService(settings: DatabaseSettings): Promise<Pick<OpenDatabase, 'url' | 'close'>> {
  const running = settings.database.url ? undefined : await findEmbeddedPostgres(settings.dataDir);
  return running ? { url: running, close: async () => undefined } : openDatabase(settings);
}

/** Applies what is pending as the owner, then grants the service's role what it needs, where that is another one. */
export async function migrateAndGrant({
  url,
  ownerUrl,
}: Pick<OpenDatabase, 'url' | 'ownerUrl'>): Promise<MigrationStatus & { appliedNow: string[] }> {
  const done = await migrate(ownerUrl);
  if (url !== ownerUrl) await grantToApplication(ownerUrl, roleOf(url));
  return done;
}
