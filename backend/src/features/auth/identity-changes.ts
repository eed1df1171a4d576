import type pg from 'pg';

export const IDENTITY_CHANNEL = 'pitwall_identity';

/** Tells every replica that somebody's rights may have changed, so that nobody goes on with what they remember. */
export class IdentityChanges {
  private readonly callbacks = new Set<() => void>();

  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** To be called after the change is committed. */
  async announce(): Promise<void> {
    this.received();
    // A replica that does not hear of it looks again within half a second all the same.
    await this.pool.query('SELECT pg_notify($1, $2)', [IDENTITY_CHANNEL, '']).catch(() => undefined);
  }

  /** Some replica announced a change, or may have while this one did not listen. */
  received(): void {
    for (const callback of this.callbacks) callback();
  }

  /** Answers how to stop it. */
  onChange(callback: () => void): () => void {
    this.callbacks.add(callback);
    return () => void this.callbacks.delete(callback);
  }
}
