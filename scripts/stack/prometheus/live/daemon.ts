import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 20_000;
const SHOWN_LOG_CHARACTERS = 1_500;

export interface DaemonOptions {
  program: string;
  args: string[];
  /** Answers once it runs. */
  readyUrl: string;
  logFile: string;
  environment?: Record<string, string>;
}

/** A program that runs until it is stopped. */
export class Daemon {
  private constructor(private readonly child: ChildProcess) {}

  static async start({ program, args, readyUrl, logFile, environment = {} }: DaemonOptions): Promise<Daemon> {
    const log = await open(logFile, 'a');
    const child = spawn(program, args, { stdio: ['ignore', log.fd, log.fd], env: { ...process.env, ...environment } });
    await log.close();
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    const daemon = new Daemon(child);
    if (await Promise.race([daemon.answers(readyUrl), failed])) return daemon;
    await daemon.stop();
    const said = (await readFile(logFile, 'utf8')).slice(-SHOWN_LOG_CHARACTERS);
    throw new Error(`${program} did not start. Its log ends:\n${said}`);
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }

  private get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async answers(url: string): Promise<boolean> {
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !this.ended; await sleep(100)) {
      const answer = await fetch(url).catch(() => undefined);
      // Another process may have had the port: then ours has ended by now.
      if (answer?.ok) return !this.ended;
    }
    return false;
  }
}
