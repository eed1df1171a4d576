import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** What figures depend on beside the code: to be written next to them. */
export const circumstances = () => ({
  at: new Date().toISOString(),
  commit: commit(),
  node: process.version,
  machine: {
    system: `${type()} ${release()}`,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
  },
});

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
