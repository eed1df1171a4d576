import type { Config } from './config.js';
import type { Connections } from './database/client.js';
import { ChangeRepository } from './features/changes/change.repository.js';
import { DeploymentRepository } from './features/deployments/deployment.repository.js';
import { DeploymentService } from './features/deployments/deployment.service.js';
import { EnvironmentRepository } from './features/environments/environment.repository.js';
import { EventLogRepository } from './features/event-log/event-log.repository.js';
import { EventLog } from './features/event-log/event-log.service.js';
import { HookService } from './features/hooks/hook.service.js';
import { JobRepository } from './features/jobs/job.repository.js';
import { LiveService } from './features/live/live.service.js';
import { PipelineRepository } from './features/pipelines/pipeline.repository.js';
import { PipelineService } from './features/pipelines/pipeline.service.js';
import { createGithubTranslator } from './features/projector/github/github.translator.js';
import { ProjectorLoop } from './features/projector/projector-loop.js';
import { Projector, type Projected, type Translators } from './features/projector/projector.service.js';
import { QueueRepository } from './features/projector/queue.repository.js';
import { recordTranslator } from './features/projector/record.translator.js';
import { projectionTransactions } from './features/projector/transactions.js';
import { QuarantineRepository } from './features/quarantine/quarantine.repository.js';
import { IntakeRepository } from './features/records/intake.repository.js';
import { RecordService } from './features/records/record.service.js';
import { CodeRepositoryRepository } from './features/repositories/repository.repository.js';
import { RunRepository } from './features/runs/run.repository.js';
import { RunService } from './features/runs/run.service.js';
import { SecretBox } from './features/sources/secret-box.js';
import { SourceRepository } from './features/sources/source.repository.js';
import { SourceService } from './features/sources/source.service.js';
import { SecurityTextService } from './features/system/security-text.service.js';
import { createIdentity } from './identity.js';
import { parseJson } from './http/json.js';
import type { Events } from './observability/events.js';
import type { Tracing } from './observability/tracing.js';
import { AnswerCache } from './redis/answer-cache.js';
import type { RedisConnection } from './redis/client.js';

/** What a test replaces to control the world outside the process. */
export interface Outside {
  connections: Pick<Connections, 'pool' | 'database'>;
  redis?: RedisConnection | undefined;
  events: Events;
  tracing: Tracing;
  secretKey: Buffer;
  config: Pick<Config, 'cache' | 'projector' | 'http' | 'identity' | 'rateLimits'>;
  now(): Date;
  /** Milliseconds since some moment, never set back; the process's own where it is not given. */
  monotonicNow?: (() => number) | undefined;
}

export type CachedKind = 'pipelines' | 'runs' | 'deployments';
export const CACHED_KINDS: CachedKind[] = ['pipelines', 'runs', 'deployments'];

export const translators: Translators = { github: createGithubTranslator(parseJson), records: recordTranslator };

export function createServices(outside: Outside) {
  const { connections, redis, events, tracing, secretKey, config, now } = outside;
  const { pool, database } = connections;
  const cache = new AnswerCache<CachedKind>({
    redis,
    kinds: {
      pipelines: { ttlSeconds: config.cache.pipelinesTtlSeconds },
      runs: { ttlSeconds: config.cache.runsTtlSeconds },
      deployments: { ttlSeconds: config.cache.deploymentsTtlSeconds },
    },
    events,
  });
  const projector = new Projector(translators, projectionTransactions(pool), {
    events,
    tracing,
    batchEvents: config.projector.batchEvents,
    onProjected: () => void cache.drop(CACHED_KINDS),
  });
  const loop = new ProjectorLoop(projector, new QueueRepository(pool), events, config.projector.pollMs);
  const log = new EventLog(new EventLogRepository(pool), {
    events,
    tracing,
    projectable: (event) => projector.handles(event),
    onProjectable: () => loop.wake(),
  });
  const sources = new SourceService(new SourceRepository(database), new SecretBox(secretKey), now);
  const live = new LiveService(events);
  return {
    ...createIdentity(outside),
    cache,
    changes: new ChangeRepository(pool),
    deployments: new DeploymentService(new DeploymentRepository(pool), cache),
    environments: new EnvironmentRepository(pool),
    hooks: new HookService(sources, log, events, now),
    jobs: new JobRepository(pool),
    live,
    log,
    loop,
    pipelines: new PipelineService(new PipelineRepository(pool, database), sources, cache, now),
    projector,
    quarantine: new QuarantineRepository(pool),
    records: new RecordService(sources, log, new IntakeRepository(pool), now),
    repositories: new CodeRepositoryRepository(pool),
    runs: new RunService(new RunRepository(pool), cache),
    securityText: new SecurityTextService(config.http, now),
    sources,
    /** What was projected somewhere: here or in another process. */
    onProjected(projected: Projected): void {
      cache.dropLocal(CACHED_KINDS);
      live.publish(projected);
    },
  };
}

export type Services = ReturnType<typeof createServices>;
