import type { DeliveryOutcome, DeliveryTier } from '../../observability/delivery-metrics.js';
import type { EventKind } from '../../observability/event-kind.js';
import type { FinishedSubject } from '../../observability/events.js';
import type { Row } from './merge.js';
import type { SubjectPatch } from './patches.js';
import type { Written } from './write-patches.js';

/** What came to its end in a batch, for the figures of the process. What was finished before is not told again. */
export function finishedIn(
  { finished }: Written,
  patches: SubjectPatch[],
  kinds: ReadonlyMap<unknown, EventKind>,
): FinishedSubject[] {
  const [attempts = [], jobs = [], deployments = []] = (['attempt', 'job', 'deployment'] as const).map((name) =>
    finished.get(name),
  );
  if (attempts.length + jobs.length + deployments.length === 0) return [];
  // An attempt does not name its source, nor a deployment its tier; the facts that wrote them did.
  const said = Map.groupBy(patches, ({ subject }) => subject);
  const sources = new Map(said.get('run')?.map(({ id, values }) => [id as unknown, values.source_id]));
  const tiers = new Map(said.get('environment')?.map(({ id, values }) => [id as unknown, values.tier as DeliveryTier]));
  const of = (row: Row, sourceId: unknown) => ({ kind: kinds.get(sourceId) ?? 'records', ...spansOf(row) });
  return [
    ...attempts.map((row) => ({ subject: 'pipelineRun' as const, ...of(row, sources.get(row.run_id)) })),
    ...jobs.map((row) => ({ subject: 'taskRun' as const, ...of(row, row.source_id) })),
    ...deployments.map((row) => ({
      subject: 'deployment' as const,
      tier: tiers.get(row.environment_id) ?? 'other',
      ...of(row, row.source_id),
    })),
  ];
}

const spansOf = (row: Row) => ({
  outcome: row.status as DeliveryOutcome,
  durationSeconds: secondsBetween(row.started_at, row.finished_at),
  queueSeconds: secondsBetween(row.queued_at, row.started_at),
});

/** Undefined where a time is not known, or the span is negative: a fault of the data, which is told of elsewhere. */
function secondsBetween(from: unknown, to: unknown): number | undefined {
  if (typeof from !== 'string' || typeof to !== 'string' || to < from) return undefined;
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
