import { merge, newRow, type Row } from './merge.js';
import type { SubjectPatch } from './patches.js';
import type { ProjectionRepository } from './projection.repository.js';
import { SUBJECT_NAMES, subjects, type SubjectName } from './subject.js';

/** The rows that were written, by subject. */
export type Written = Map<SubjectName, Row[]>;

/** Merges what the patches say into the rows they speak of, and writes those that changed: a few statements a subject. */
export async function writePatches(
  projection: Pick<ProjectionRepository, 'lock' | 'insert' | 'update'>,
  patches: SubjectPatch[],
): Promise<Written> {
  const written: Written = new Map();
  const bySubject = Map.groupBy(patches, ({ subject }) => subject);
  for (const name of SUBJECT_NAMES) {
    const ofSubject = bySubject.get(name);
    if (ofSubject) written.set(name, await writeSubject(projection, name, ofSubject));
  }
  return written;
}

async function writeSubject(
  projection: Pick<ProjectionRepository, 'lock' | 'insert' | 'update'>,
  name: SubjectName,
  patches: SubjectPatch[],
): Promise<Row[]> {
  const byId = Map.groupBy(patches, ({ id }) => id);
  // Sorted: two projectors that touch the same rows lock them in the same order.
  const ids = [...byId.keys()].sort();
  const existing = new Map((await projection.lock(name, ids)).map((row) => [row.id, row]));
  const missing = ids.filter((id) => !existing.has(id));
  const inserted = await insertNew(projection, name, missing, byId);

  const insertedIds = new Set(inserted.map(({ id }) => id));
  const raced = missing.filter((id) => !insertedIds.has(id));
  if (raced.length > 0) for (const row of await projection.lock(name, raced)) existing.set(row.id, row);

  const changed = [...existing.values()].filter((row) => mergeAll(name, row, byId.get(row.id) ?? []));
  if (changed.length > 0) await projection.update(name, changed);
  return [...inserted, ...changed];
}

async function insertNew(
  projection: Pick<ProjectionRepository, 'insert'>,
  name: SubjectName,
  ids: string[],
  byId: Map<string, SubjectPatch[]>,
): Promise<Row[]> {
  if (ids.length === 0) return [];
  const rows = ids.map((id) => {
    const row = newRow(subjects[name], id);
    mergeAll(name, row, byId.get(id) ?? []);
    return row;
  });
  const inserted = await projection.insert(name, rows);
  return rows.filter(({ id }) => inserted.has(id));
}

function mergeAll(name: SubjectName, row: Row, patches: SubjectPatch[]): boolean {
  let changed = false;
  for (const patch of patches) changed = merge(subjects[name], row, patch) || changed;
  return changed;
}
