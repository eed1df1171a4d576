import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const BACKEND = fileURLToPath(new URL('../../backend/', import.meta.url));

/** Compiles the service as production runs it, and answers the file to run in `BACKEND`. */
export function compileBackend(): string {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: BACKEND, stdio: ['ignore', 'ignore', 'inherit'] });
  return 'dist/main.js';
}
