import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

type Reply = { answer: unknown } | { error: string };

/** Another process, so that what it does does not take from the event loop of what is measured. One task at a time. */
export class WorkerProcess<Task, Answer> {
  private constructor(private readonly child: ChildProcess) {}

  /** @param module the file that calls `serveTasks` */
  static start<Task, Answer>(module: URL): WorkerProcess<Task, Answer> {
    return new WorkerProcess(fork(module, { execArgv: ['--import', 'tsx'] }));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  run(task: Task): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('The process ended before it answered.'));
      this.child.once('exit', onExit);
      this.child.once('message', (reply: Reply) => {
        this.child.off('exit', onExit);
        if ('error' in reply) reject(new Error(reply.error));
        else resolve(reply.answer as Answer);
      });
      this.child.send(task as object);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }
}

/** In that process: does what it is told, and ends with the one that started it. */
export function serveTasks<Task, Answer>(perform: (task: Task) => Promise<Answer>): void {
  process.on('message', (task: Task) => {
    perform(task).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
