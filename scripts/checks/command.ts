import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export interface CommandResult {
  /** The exit code; null where a signal or the time limit ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  timeoutMs?: number;
  /** Beside what this process has. */
  environment?: Record<string, string>;
}

/**
 * Runs a program without a shell, in the repository's root unless it is said otherwise, and answers what it said,
 * whatever its exit code. Throws where it cannot be started.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd = ROOT, timeoutMs = 600_000, environment = {} }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const options = { cwd, env, timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, killSignal: 'SIGKILL' as const };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code === 'string') reject(error);
      else resolve({ code: error ? ((error.code as number | undefined) ?? null) : 0, stdout, stderr });
    });
    // Some wait for what is said to them.
    child.stdin?.end();
  });
}

/** A program of the installed packages. */
export const runPackage = (name: string, ...args: string[]) => runCommand('npx', ['--no-install', name, ...args]);

/** Whether there is such a program on PATH. */
export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
