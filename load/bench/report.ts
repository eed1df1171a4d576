import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { dirname } from 'node:path';
import type { CaseResult } from './bench.js';

const HEADINGS = ['case', 'per second', 'floor', 'ratio', 'aim', 'p50 ms', 'p99 ms', 'client', 'beside'];

/** A table for people. The latencies are those at half of the peak; `client` is the client's share of a core at the peak. */
export function table(results: CaseResult[]): string {
  const lines = [HEADINGS, ...results.map(line)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((cells) => (cells[column] as string).length)));
  const left = new Set([0, HEADINGS.length - 1]);
  return lines
    .map((cells) =>
      cells
        .map((cell, column) =>
          left.has(column) ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function line({ name, unit, perSecond, floorPerSecond, ratio, aim, latency, beside, details }: CaseResult): string[] {
  const peaks = (details.peaks ?? []) as { clientShare: number }[];
  const share = peaks.length > 0 ? Math.max(...peaks.map(({ clientShare }) => clientShare)).toFixed(2) : '-';
  const whole = (number: number) => Math.round(number).toLocaleString('en');
  const verdict = aim === null ? '-' : `${aim.toFixed(2)} ${ratio >= aim ? 'met' : 'missed'}`;
  const ms = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1));
  return [
    `${name} (${unit})`,
    whole(perSecond),
    whole(floorPerSecond),
    ratio.toFixed(2),
    verdict,
    ms(latency?.p50),
    ms(latency?.p99),
    share,
    beside,
  ];
}

export async function writeJson(file: string, results: CaseResult[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const report = {
    at: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    machine: {
      system: `${type()} ${release()}`,
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGib: Math.round(totalmem() / 2 ** 30),
    },
    results,
  };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
