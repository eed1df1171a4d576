import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { circumstances } from '../service/circumstances.js';
import type { CaseResult } from './bench.js';

const HEADINGS = [
  'case',
  'per second',
  'floor',
  'ratio',
  'aim',
  'p50 ms',
  'p99 ms',
  'cpu us',
  'floor cpu us',
  'client',
  'beside',
];

/**
 * A table for people. Latencies are those at half of the peak. CPU is that of the measured process alone, without
 * PostgreSQL's; `client` is the client's share of a core at the peak.
 */
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

function line(result: CaseResult): string[] {
  const { name, unit, perSecond, floorPerSecond, ratio, aim, latency, beside } = result;
  const fixed = (value: number | undefined, digits: number) => (value === undefined ? '-' : value.toFixed(digits));
  const whole = (number: number) => Math.round(number).toLocaleString('en');
  return [
    `${name} (${unit})`,
    whole(perSecond),
    whole(floorPerSecond),
    fixed(ratio, 2),
    aim === null ? '-' : `${aim.toFixed(2)} ${ratio >= aim ? 'met' : 'missed'}`,
    fixed(latency?.p50, 1),
    fixed(latency?.p99, 1),
    fixed(result.cpuMicros, 1),
    fixed(result.floorCpuMicros, 1),
    fixed(result.clientShare, 2),
    beside,
  ];
}

export async function writeJson(file: string, results: CaseResult[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const report = { ...circumstances(), results };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}
