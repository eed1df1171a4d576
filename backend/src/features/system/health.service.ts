import type { RedisState } from '../../redis/client.js';
import type { Backlog } from '../projector/queue.repository.js';
import type { Check, Health } from './system.schema.js';

const CHECK_TIMEOUT_MS = 1_000;

export interface HealthProbes {
  database(): Promise<unknown>;
  /** The names of migrations that are not applied, or not to their end. */
  pendingMigrations(): Promise<string[]>;
  backlog(): Promise<Backlog>;
  redis(): RedisState;
}

/** Whether this process can do its work. Redis only makes it faster, so without Redis it is degraded and still ready. */
export class HealthService {
  private draining = false;
  private migrated = false;

  constructor(
    private readonly probes: HealthProbes,
    /** `projects`: whether a backlog is this process's own to work off. */
    private readonly lag: { maxSeconds: number; projects: boolean },
    private readonly checkTimeoutMs = CHECK_TIMEOUT_MS,
  ) {}

  /** From now on, no new work should come here. */
  drain(): void {
    this.draining = true;
  }

  async report(): Promise<Health> {
    const [database, migrations, projector] = await Promise.all([
      this.check(() => this.probes.database().then(() => ok)),
      this.check(() => this.migrations()),
      this.check(() => this.projector()),
    ]);
    const checks = { database, migrations, projector, redis: this.redis() };
    const all = Object.values(checks);
    const worst = (['unavailable', 'degraded'] as const).find((status) => all.some((one) => one.status === status));
    return { status: this.draining ? 'unavailable' : (worst ?? 'ok'), checks };
  }

  private async migrations(): Promise<Check> {
    if (this.migrated) return ok;
    const pending = await this.probes.pendingMigrations();
    this.migrated = pending.length === 0;
    return this.migrated ? ok : { status: 'unavailable', detail: `${pending.length} migrations are not applied` };
  }

  private async projector(): Promise<Check> {
    const { events, seconds } = await this.probes.backlog();
    if (seconds <= this.lag.maxSeconds) return ok;
    const detail = `${events} events wait, the oldest for ${Math.round(seconds)} s`;
    // Who only takes in or reads does so all the same, and must not be taken out for what others are late with.
    return { status: this.lag.projects ? 'unavailable' : 'degraded', detail };
  }

  private redis(): Check {
    const state = this.probes.redis();
    return state === 'down' ? { status: 'degraded', detail: 'Redis does not answer' } : ok;
  }

  private async check(probe: () => Promise<Check>): Promise<Check> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<Check>((resolve) => {
      const late: Check = { status: 'unavailable', detail: `no answer within ${this.checkTimeoutMs} ms` };
      timer = setTimeout(() => resolve(late), this.checkTimeoutMs);
    });
    const failed = (): Check => ({ status: 'unavailable', detail: 'does not answer' });
    return Promise.race([probe().catch(failed), timeout]).finally(() => clearTimeout(timer));
  }
}

const ok: Check = { status: 'ok' };
