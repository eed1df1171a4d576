import type { Logger } from './logger.js';
import type { EventKind } from './event-kind.js';
import type { AuditOutcome, CacheOutcome, LimitedClass, Metrics, SpanSubject } from './metrics.js';
import type { Finished, FinishedDeployment } from './delivery-metrics.js';
import { LogThrottle } from './log-throttle.js';

export type FinishedSubject =
  | ({ subject: 'pipelineRun' } & Finished)
  | ({ subject: 'taskRun' } & Finished)
  | ({ subject: 'deployment' } & FinishedDeployment);

/** Consecutive failed batches after which the projector no longer looks like it will recover by itself. */
const FAILURES_BEFORE_ERROR = 5;

export interface EventsOptions {
  logger: Logger;
  metrics: Pick<Metrics, 'intake' | 'projector' | 'delivery' | 'cache' | 'live' | 'audit' | 'rateLimit'>;
  now?: () => Date;
}

/**
 * What happens in Pitwall, told once: each method moves its counter and, where a person would want to read of it, writes its
 * line. What happens for every event or every read writes none. What the outside world can provoke at will (a refused
 * delivery, a faulty payload) is logged a few times a minute, with the number of those left out; the counters count all.
 */
export class Events {
  private readonly logger: Logger;
  private readonly metrics: EventsOptions['metrics'];
  private readonly throttle: LogThrottle;
  private redisIsAvailable: boolean | undefined;
  private projectorFailures = 0;

  constructor({ logger, metrics, now = () => new Date() }: EventsOptions) {
    this.logger = logger;
    this.metrics = metrics;
    this.throttle = new LogThrottle(now);
  }

  appended({ kind, accepted, duplicates }: { kind: EventKind; accepted: number; duplicates: number }): void {
    if (accepted > 0) this.metrics.intake.appended(kind, 'accepted', accepted);
    if (duplicates > 0) this.metrics.intake.appended(kind, 'duplicate', duplicates);
  }

  /** @param reason in words that hold nothing of the delivery itself: `signature does not verify` */
  deliveryRefused({ kind, source, reason }: { kind: EventKind; source: string; reason: string }): void {
    this.metrics.intake.appended(kind, 'refused', 1);
    this.throttle.attempt(`refused ${kind}`, (leftOut) =>
      this.logger.warn('A delivery was refused.', { kind, source, reason, ...leftOut }),
    );
  }

  /** One write to the event log was committed. */
  flushed({ rows, seconds }: { rows: number; seconds: number }): void {
    this.metrics.intake.flushed(rows, seconds);
  }

  /** @param delays of each event, the seconds since it was taken in */
  projected({ kind, delays }: { kind: EventKind; delays: number[] }): void {
    this.metrics.projector.dealtWith(kind, 'projected', delays.length);
    for (const seconds of delays) this.metrics.projector.delayed(seconds);
  }

  /** A run's attempt, a job or a deployment came to its end. */
  finished(what: FinishedSubject): void {
    const { delivery } = this.metrics;
    switch (what.subject) {
      case 'pipelineRun':
        return delivery.runFinished(what);
      case 'taskRun':
        return delivery.jobFinished(what);
      case 'deployment':
        return delivery.deploymentFinished(what);
    }
  }

  quarantined(event: { eventId: string; kind: EventKind; type: string; reason: string }): void {
    this.metrics.projector.dealtWith(event.kind, 'quarantined', 1);
    this.throttle.attempt(`quarantined ${event.kind}`, (leftOut) =>
      this.logger.warn('An event could not be read and was put in quarantine.', { ...event, ...leftOut }),
    );
  }

  projectorBatch({ seconds, events }: { seconds: number; events: number }): void {
    this.metrics.projector.batch(seconds);
    this.logger.debug('A batch was projected.', { seconds, events });
    if (this.projectorFailures === 0) return;
    this.logger.info('The projector works again.', { failures: this.projectorFailures });
    this.projectorFailures = 0;
  }

  /** A whole batch failed and will be tried again: a person must act only when that goes on. */
  projectorFailed(error: unknown): void {
    this.metrics.projector.failed();
    this.projectorFailures += 1;
    const level = this.projectorFailures < FAILURES_BEFORE_ERROR ? 'warn' : 'error';
    this.throttle.attempt(`projector ${level}`, (leftOut) =>
      this.logger[level]('The projector failed; it tries again.', {
        error,
        failures: this.projectorFailures,
        ...leftOut,
      }),
    );
  }

  /** @param seconds age of the oldest event that is not yet projected, 0 when there is none */
  projectorBacklog({ seconds, events }: { seconds: number; events: number }): void {
    this.metrics.projector.backlog(seconds, events);
  }

  negativeSpan({ subject, id }: { subject: SpanSubject; id: string }): void {
    this.metrics.projector.negativeSpan(subject);
    this.throttle.attempt(`negative span ${subject}`, (leftOut) =>
      this.logger.warn('A span ends before it begins and is not counted.', { subject, id, ...leftOut }),
    );
  }

  /** @param cache the name of the cache in the code, never a key of it */
  cacheRead(cache: string, outcome: CacheOutcome): void {
    this.metrics.cache.read(cache, outcome);
  }

  /** May be called at each failure: only the change is logged. */
  redisUnavailable(error: unknown): void {
    this.metrics.cache.redisUp(false);
    if (this.redisIsAvailable !== false)
      this.logger.warn('Redis does not answer; the process goes on without it.', { error });
    this.redisIsAvailable = false;
  }

  redisAvailable(): void {
    this.metrics.cache.redisUp(true);
    if (this.redisIsAvailable === false) this.logger.info('Redis answers again.');
    this.redisIsAvailable = true;
  }

  /** A request was counted by this process alone. That Redis is away is told once, by `redisUnavailable`. */
  rateLimitWithoutRedis(rateClass: LimitedClass): void {
    this.metrics.rateLimit.withoutRedis(rateClass);
  }

  liveSubscribers(count: number): void {
    this.metrics.live.subscribers(count);
  }

  audited(outcome: AuditOutcome): void {
    this.metrics.audit.recorded(outcome);
  }

  auditDropped({ action }: { action: string }): void {
    this.metrics.audit.dropped();
    this.throttle.attempt('audit dropped', (leftOut) =>
      this.logger.warn('A denial was left out of the audit log: more come than it can take.', { action, ...leftOut }),
    );
  }

  /** @param head `<position>:<hash>`; kept by whoever keeps this log, it anchors the chain outside of the database */
  auditHead({ head }: { head: string }): void {
    this.logger.info('The audit log ends here.', { head });
  }
}

export function createEvents(options: EventsOptions): Events {
  return new Events(options);
}
