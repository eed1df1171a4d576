import type { Events } from '../../observability/events.js';
import type { Projector } from './projector.service.js';
import type { Backlog, QueueRepository } from './queue.repository.js';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
const BACKLOG_EVERY_MS = 2_000;

/** Runs the projector for as long as the process lives: at once when this process appended, else by looking now and then. */
export class ProjectorLoop {
  private stopping = false;
  private wakeUp: (() => void) | undefined;
  private woken = false;
  private loop: Promise<void> | undefined;
  private backlogTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly projector: Pick<Projector, 'projectBatch'>,
    private readonly queue: Pick<QueueRepository, 'backlog'>,
    private readonly events: Pick<Events, 'projectorFailed' | 'projectorBacklog'>,
    private readonly pollMs: number,
  ) {}

  start(): void {
    this.loop ??= this.run();
    this.backlogTimer = setInterval(() => void this.backlog().catch(() => undefined), BACKLOG_EVERY_MS);
    this.backlogTimer.unref();
  }

  /** There is something to do. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Finishes the batch that is under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.backlogTimer);
    this.wake();
    await this.loop;
  }

  async backlog(): Promise<Backlog> {
    const backlog = await this.queue.backlog();
    this.events.projectorBacklog(backlog);
    return backlog;
  }

  private async run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!this.stopping) {
      try {
        this.woken = false;
        const projected = await this.projector.projectBatch();
        retryMs = FIRST_RETRY_MS;
        if (projected === 0) await this.pause(this.pollMs);
      } catch (error) {
        this.events.projectorFailed(error);
        this.woken = false;
        await this.pause(retryMs);
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
      }
    }
  }

  private async pause(ms: number): Promise<void> {
    if (this.woken || this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = undefined;
  }
}
