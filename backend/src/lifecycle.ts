import type { Logger } from './observability/logger.js';

/** What was opened, to be closed in reverse order. */
export class Lifecycle {
  private readonly opened: { name: string; close(): Promise<void> | void }[] = [];
  private closing: Promise<void> | undefined;

  constructor(private readonly logger: Pick<Logger, 'debug' | 'error'>) {}

  onClose(name: string, close: () => Promise<void> | void): void {
    this.opened.push({ name, close });
  }

  /** Closes everything once; one that fails does not keep the others open. */
  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    for (const { name, close } of this.opened.reverse()) {
      try {
        await close();
        this.logger.debug(`Closed: ${name}.`);
      } catch (error) {
        this.logger.error(`Could not close: ${name}.`, { error });
      }
    }
  }
}
