import { setImmediate } from 'node:timers/promises';
import { isTransient } from '../../database/errors.js';
import type { Events } from '../../observability/events.js';
import type { Tracing } from '../../observability/tracing.js';
import type { SourceKind } from '../sources/source.schema.js';
import { finishedIn } from './finished.js';
import type { Row } from './merge.js';
import { patchesOf, type SubjectPatch } from './patches.js';
import type { ProjectionRepository } from './projection.repository.js';
import type { PendingEvent, QueueRepository } from './queue.repository.js';
import { idsIn, type Ids } from './subject-id.js';
import type { SubjectName } from './subject.js';
import { UnreadableEventError, type Translator } from './translator.js';
import { nothingWritten, writePatches, type Written } from './write-patches.js';

export const PROJECTED_CHANNEL = 'pitwall_projected';
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_REASON_LENGTH = 500;
const EVENTS_BETWEEN_PAUSES = 25;
/** A notification holds at most 8,000 bytes; past this many ids, it says only that there is more. */
const MAX_NAMED_IDS = 50;

/** Which rows a batch touched, as every process and every open page hears of it. */
export interface Projected {
  pipelines: string[];
  runs: string[];
  deployments: string[];
  /** There were too many to name them all. */
  more: boolean;
}

export type Translators = Partial<Record<SourceKind, Translator>>;

/** What one transaction of the projector works with. */
export interface ProjectionTransaction {
  queue: Pick<QueueRepository, 'take' | 'remove' | 'quarantine' | 'release'>;
  projection: Pick<ProjectionRepository, 'known' | 'lock' | 'insert' | 'update' | 'notify'>;
  /** Undoes what `work` wrote when it throws, and throws on; the transaction can go on. */
  undoing<T>(work: () => Promise<T>): Promise<T>;
}

export type ProjectionTransact = <T>(work: (transaction: ProjectionTransaction) => Promise<T>) => Promise<T>;

interface Batch {
  events: PendingEvent[];
  unreadable: { event: PendingEvent; reason: string }[];
  patches: SubjectPatch[];
  written: Written;
}

/** Turns events into rows: takes a batch, reads it, merges what it says, and marks it done, in one transaction. */
export class Projector {
  constructor(
    private readonly translators: Translators,
    private readonly transact: ProjectionTransact,
    private readonly outside: {
      events: Pick<Events, 'projected' | 'quarantined' | 'projectorBatch' | 'negativeSpan' | 'finished'>;
      tracing: Pick<Tracing, 'traced'>;
      batchEvents: number;
      /** Called after the commit of a batch that wrote something. */
      onProjected(written: SubjectName[]): void;
    },
  ) {}

  /** Whether an event of this kind and type says anything that is projected. */
  handles(event: { kind: SourceKind; type: string }): boolean {
    return this.translators[event.kind]?.types.has(event.type) ?? false;
  }

  /** Projects one batch and answers how many events it held. A batch that its data breaks is done one event at a time. */
  async projectBatch(): Promise<number> {
    try {
      return await this.project(this.outside.batchEvents, (transaction, patches) =>
        writePatches(transaction.projection, patches),
      );
    } catch (error) {
      if (isTransient(error)) throw error;
      return await this.project(1, writeOrQuarantine);
    }
  }

  private async project(maxEvents: number, write: Write): Promise<number> {
    const { tracing, events: tell, onProjected } = this.outside;
    const started = performance.now();
    const batch = await tracing.traced('project events', { 'pitwall.max_events': maxEvents }, () =>
      this.transact((transaction) => this.projectIn(transaction, maxEvents, write)),
    );
    if (!batch) return 0;
    this.tellOf(batch);
    tell.projectorBatch({ seconds: (performance.now() - started) / 1000, events: batch.events.length });
    if (batch.written.rows.size > 0) onProjected([...batch.written.rows.keys()]);
    return batch.events.length;
  }

  private async projectIn(transaction: ProjectionTransaction, maxEvents: number, write: Write): Promise<Batch | null> {
    const { queue, projection } = transaction;
    const events = await queue.take(maxEvents, MAX_BATCH_BYTES);
    if (events.length === 0) return null;
    const { patches, unreadable } = await this.translate(events);
    const written = await write(transaction, patches, (reason) => {
      for (const event of events) unreadable.push({ event, reason });
    });
    const quarantined = new Set(unreadable.map(({ event }) => event));
    if (quarantined.size > 0) {
      await queue.quarantine(
        unreadable.map(({ event, reason }) => ({ id: event.id, reason: reason.slice(0, MAX_REASON_LENGTH) })),
      );
    }
    const read = events.filter((event) => !quarantined.has(event));
    if (read.length > 0) await queue.release(read.map(({ id }) => id));
    await queue.remove(events.map(({ position }) => position));
    if (written.rows.size > 0) await projection.notify(PROJECTED_CHANNEL, JSON.stringify(projectedOf(written)));
    return { events, unreadable, patches, written };
  }

  private async translate(events: PendingEvent[]) {
    const patches: SubjectPatch[] = [];
    const unreadable: Batch['unreadable'] = [];
    const idsOf = new Map<string, Ids>();
    for (const [index, event] of events.entries()) {
      // The requests that this process answers meanwhile should not wait for a whole batch.
      if (index % EVENTS_BETWEEN_PAUSES === EVENTS_BETWEEN_PAUSES - 1) await setImmediate();
      const ids = idsOf.get(event.sourceId) ?? idsIn(event.sourceId);
      idsOf.set(event.sourceId, ids);
      try {
        const facts = this.translators[event.kind]?.translate(event) ?? [];
        for (const fact of facts) patches.push(...patchesOf(event.sourceId, ids, fact));
      } catch (error) {
        // A fault of the translator itself must not hold up the events behind this one either.
        const reason =
          error instanceof UnreadableEventError ? error.message : `The translator failed: ${String(error)}`;
        unreadable.push({ event, reason });
      }
    }
    return { patches, unreadable };
  }

  private tellOf({ events, unreadable, patches, written }: Batch): void {
    const { events: tell } = this.outside;
    const now = Date.now();
    const quarantined = new Set(unreadable.map(({ event }) => event));
    for (const [kind, ofKind] of Map.groupBy(events, (event) => event.kind)) {
      const projected = ofKind.filter((event) => !quarantined.has(event));
      const delays = projected.map(({ receivedAt }) => Math.max(0, now - receivedAt.getTime()) / 1000);
      if (projected.length > 0) tell.projected({ kind, delays });
    }
    for (const { event, reason } of unreadable) {
      tell.quarantined({ eventId: event.id, kind: event.kind, type: event.type, reason });
    }
    for (const [subject, name] of SPANS) {
      for (const row of written.rows.get(subject) ?? []) {
        if (endsBeforeItBegins(row)) tell.negativeSpan({ subject: name, id: row.id });
      }
    }
    const kinds = new Map(events.map(({ sourceId, kind }) => [sourceId, kind]));
    for (const finished of finishedIn(written, patches, kinds)) tell.finished(finished);
  }
}

type Write = (
  transaction: ProjectionTransaction,
  patches: SubjectPatch[],
  quarantine: (reason: string) => void,
) => Promise<Written>;

/** For a batch of one: what PostgreSQL refuses of it is undone, and the event put aside. */
const writeOrQuarantine: Write = async ({ projection, undoing }, patches, quarantine) => {
  try {
    return await undoing(() => writePatches(projection, patches));
  } catch (error) {
    if (isTransient(error)) throw error;
    quarantine(`It could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return nothingWritten();
  }
};

const SPANS = [
  ['attempt', 'pipelineRun'],
  ['job', 'taskRun'],
  ['deployment', 'deployment'],
] as const;

const endsBeforeItBegins = ({ started_at: start, finished_at: end }: Row) =>
  typeof start === 'string' && typeof end === 'string' && end < start;

function projectedOf(written: Written): Projected {
  const ids = (subject: SubjectName, key = 'id') => [
    ...new Set((written.rows.get(subject) ?? []).map((row) => row[key]).filter((id) => typeof id === 'string')),
  ];
  const pipelines = [...new Set([...ids('pipeline'), ...ids('run', 'pipeline_id')])];
  const runs = [...new Set([...ids('run'), ...ids('job', 'run_id')])];
  const deployments = ids('deployment');
  const some = (list: string[]) => list.slice(0, MAX_NAMED_IDS);
  return {
    pipelines: some(pipelines),
    runs: some(runs),
    deployments: some(deployments),
    more: [pipelines, runs, deployments].some((list) => list.length > MAX_NAMED_IDS),
  };
}
