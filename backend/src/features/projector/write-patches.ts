import { hasFinished, merge, newRow, type Row } from './merge.js';
import type { SubjectPatch } from './patches.js';
import type { ProjectionRepository } from './projection.repository.js';
import { SUBJECT_NAMES, subjects, type SubjectName } from './subject.js';

type Rows = Pick<ProjectionRepository, 'known' | 'lock' | 'insert' | 'update'>;

/** Rows by subject. */
type RowsBySubject = Map<SubjectName, Row[]>;

export interface Written {
  rows: RowsBySubject;
  /** Those of them that had not finished before, and have now. */
  finished: RowsBySubject;
}

export const nothingWritten = (): Written => ({ rows: new Map(), finished: new Map() });

/** Merges what the patches say into the rows they speak of, and writes those that changed: a few statements a subject. */
export async function writePatches(projection: Rows, patches: SubjectPatch[]): Promise<Written> {
  const written = nothingWritten();
  const bySubject = Map.groupBy(patches, ({ subject }) => subject);
  for (const name of SUBJECT_NAMES) {
    const ofSubject = bySubject.get(name);
    if (ofSubject) await writeSubject(projection, name, ofSubject, written);
  }
  return written;
}

/**
 * First the new rows, then the locks on the others, each in the order of ids. Whoever holds a lock has done its inserts,
 * and an insert waits only for other inserts: two projectors with rows in common wait for each other in one direction.
 */
async function writeSubject(
  projection: Rows,
  name: SubjectName,
  patches: SubjectPatch[],
  written: Written,
): Promise<void> {
  const byId = Map.groupBy(patches, ({ id }) => id);
  const ids = [...byId.keys()].sort();
  const known = await projection.known(name, ids);
  const inserted = await insertNew(
    projection,
    name,
    ids.filter((id) => !known.has(id)),
    byId,
  );
  // Those that were there, and those that another projector inserted meanwhile.
  const insertedIds = new Set(inserted.map(({ id }) => id));
  const others = ids.filter((id) => !insertedIds.has(id));
  const locked = others.length === 0 ? [] : await projection.lock(name, others);
  const finishedBefore = new Set(locked.filter(hasFinished));
  const changed = locked.filter((row) => mergeAll(name, row, byId.get(row.id) ?? []));
  if (changed.length > 0) await projection.update(name, changed);
  const rows = [...inserted, ...changed];
  written.rows.set(name, rows);
  written.finished.set(
    name,
    rows.filter((row) => hasFinished(row) && !finishedBefore.has(row)),
  );
}

async function insertNew(
  projection: Pick<Rows, 'insert'>,
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
