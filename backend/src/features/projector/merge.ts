import { FINISHED_STATUSES, type Status } from './fact.js';
import type { Subject } from './subject.js';

/** A column's value, as JSON has it; times are ISO 8601 in UTC with milliseconds, so that text order is time order. */
export type Value = string | number | string[] | null;

/** A row as it is kept: its columns, and per column the provider time (ms) that its value came with. */
export interface Row {
  id: string;
  versions: Record<string, number>;
  [column: string]: unknown;
}

/** What one fact says of one row. */
export interface Patch {
  id: string;
  /** Provider time, ms. */
  at: number;
  values: Record<string, Value | undefined>;
}

const finished = new Set<unknown>(FINISHED_STATUSES);

/** Whether the row is of something that came to its end. */
export const hasFinished = ({ status }: Row): boolean => finished.has(status);
const PHASES: Partial<Record<Status, number>> = { queued: 0, waiting: 1, running: 2 };
const FINISHED_PHASE = 3;

export function newRow(subject: Subject, id: string): Row {
  const row: Row = { id, versions: {} };
  for (const column of Object.keys(subject.columns)) row[column] = subject.initial?.[column] ?? null;
  return row;
}

/** Takes in what a patch says, by the rules of the subject. Answers whether anything changed. */
export function merge(subject: Subject, row: Row, patch: Patch): boolean {
  let changed = false;
  let beaten = false;
  for (const [column, rule] of Object.entries(subject.columns)) {
    const value = patch.values[column];
    if (rule !== 'scope' || value === undefined) continue;
    const current = row[column] as number | null;
    if (current !== null && (value as number) < current) beaten = true;
    if (current !== null && (value as number) <= current) continue;
    row[column] = value;
    const scoped = subject.scoped ?? [];
    for (const name of scoped) row[name] = subject.initial?.[name] ?? null;
    row.versions = Object.fromEntries(Object.entries(row.versions).filter(([name]) => !scoped.includes(name)));
    changed = true;
  }
  for (const [column, rule] of Object.entries(subject.columns)) {
    const value = patch.values[column];
    if (value === undefined || rule === 'scope' || (beaten && subject.scoped?.includes(column))) continue;
    if (!wins(rule, value, patch.at, row[column] as Value, row.versions[column])) continue;
    row[column] = value;
    if (rule === 'newest' || rule === 'state') row.versions[column] = patch.at;
    changed = true;
  }
  return changed;
}

function wins(rule: string, value: Value, at: number, current: Value, version: number | undefined): boolean {
  switch (rule) {
    case 'identity':
      return current === null && value !== null;
    case 'earliest':
      return value !== null && (current === null || value < current);
    case 'latest':
      return value !== null && (current === null || value > current);
    case 'newest':
      if (version === undefined || at !== version) return version === undefined || at > version;
      return text(value) > text(current);
    case 'state':
      return version === undefined || compareStates(value as Status, at, current as Status, version) > 0;
    default:
      throw new Error(`There is no rule ${rule}.`);
  }
}

function compareStates(a: Status, aAt: number, b: Status, bAt: number): number {
  const phase = (status: Status) => PHASES[status] ?? FINISHED_PHASE;
  return (
    Number(finished.has(a)) - Number(finished.has(b)) ||
    aAt - bAt ||
    phase(a) - phase(b) ||
    (a === b ? 0 : a > b ? 1 : -1)
  );
}

const text = (value: Value) => (typeof value === 'string' ? value : JSON.stringify(value));
