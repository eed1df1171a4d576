import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const SHOWN_LOG_CHARACTERS = 1500;

export interface ServerOptions {
  command: string;
  args: readonly string[];
  /** What it answers with 2xx once it is ready. */
  readyUrl: string;
  logFile: string;
}

/** Starts a server of this check's own; resolves with what stops it once it is ready. */
export async function startServer({ command, args, readyUrl, logFile }: ServerOptions): Promise<() => Promise<void>> {
  const log = await open(logFile, 'a');
  const child = spawn(command, args, { stdio: ['ignore', log.fd, log.fd] });
  await once(child, 'spawn');
  await log.close();
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    process.off('exit', killWithParent);
    if (ended()) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !ended(); await sleep(POLL_MS)) {
    const answer = await fetch(readyUrl).catch(() => undefined);
    if (answer?.ok) return stop;
  }
  await stop();
  const said = (await readFile(logFile, 'utf8')).slice(-SHOWN_LOG_CHARACTERS);
  throw new Error(`${command} did not become ready. It said:\n${said}`);
}
